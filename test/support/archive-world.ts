import { type AttributeValue, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { createEvict } from '../../lambdas/archive/evict.ts';
import { createPack } from '../../lambdas/archive/pack.ts';
import { createPlan } from '../../lambdas/archive/plan.ts';
import { createSeal } from '../../lambdas/archive/seal.ts';
import { type Vault, vaultBucket } from '../../lambdas/archive/vault.ts';
import type { StageContext, StageHandler, StageResult } from '../../lambdas/contract.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits } from '../../lambdas/core/archive-limits.ts';
import { parseShards } from '../../lambdas/core/archive-plan.ts';
import { foldLedger } from '../../lambdas/core/fold-ledger.ts';
import type { OffboardingRequest, StoreDescriptor } from '../../lambdas/core/plane.ts';
import type { Shard } from '../../lambdas/core/shard.ts';
import { storeFor } from '../../lambdas/stores/open-store.ts';
import { type RecordReader, readerFor } from '../../lambdas/stores/record-reader.ts';
import type { Store } from '../../lambdas/stores/store.ts';
import { OFFBOARDING_ID, offboardingRequest, PLANE_ID, planeRecord } from './builders.ts';
import { type DynaliteTables, startDynalite } from './dynalite-tables.ts';
import { type FakeLedger, fakeLedger } from './fake-ledger.ts';
import { startS3Harness } from './s3-harness.ts';

const KiB = 1024;

/** The product's thresholds, lowered so that a few hundred kilobytes take every path. */
export const SMALL_LIMITS: ArchiveLimits = {
  ...ARCHIVE_LIMITS,
  shardMembers: 6,
  shardPackedBytes: 64 * KiB,
  shardCopiedBytes: 256 * KiB,
  copyFromBytes: 16 * KiB,
  copyObjectMaxBytes: 64 * KiB,
  copyPartBytes: 32 * KiB,
  uploadPartBytes: 8 * KiB,
  readAheadBytes: 20 * KiB,
  itemBlockBytes: 256,
  evictBatch: 4,
};

/** S3 and DynamoDB in this process with one plane of two stores, and the four steps of its archive. */
export interface ArchiveWorld {
  readonly s3: S3Client;
  readonly vault: Vault;
  readonly tables: DynaliteTables;
  /** Where an eviction looks for holds. */
  readonly ledger: FakeLedger;
  readonly documents: StoreDescriptor;
  readonly chunks: StoreDescriptor;
  readonly open: (descriptor: StoreDescriptor) => Store;
  readonly read: (descriptor: StoreDescriptor) => RecordReader;
  /** Puts an object below the plane's prefix, or below any other. */
  put(key: string, body: string | Uint8Array, prefix?: string): Promise<void>;
  /** Deletes without a version: puts a delete marker on top. */
  hide(key: string): Promise<void>;
  putItem(chunk: string, attributes?: Record<string, AttributeValue>): Promise<void>;
  run(
    step: 'plan' | 'seal' | 'evict',
    change?: Partial<StageContext>,
  ): Promise<StageResult<object>>;
  pack(shard: Shard): Promise<StageResult<object>>;
  shards(plan?: number): Promise<readonly Shard[]>;
  /** Plans, and packs every shard. */
  planAndPack(): Promise<void>;
  /** Plan, pack, seal and evict as the state machine does it; stops at the first result that is no success. */
  archive(change?: Partial<StageContext>): Promise<StageResult<object>>;
  /** The time of S3, which only `advanceHours` moves. */
  now(): Date;
  advanceHours(hours: number): void;
  /** From now on S3 refuses what matches, as in `S3Harness`; without a pattern nothing. */
  deny(pattern?: RegExp): void;
  close(): Promise<void>;
}

export interface ArchiveWorldOptions {
  readonly versioned?: boolean;
  /** Allows legal holds and retention in the plane's bucket. */
  readonly objectLock?: boolean;
  readonly limits?: ArchiveLimits;
  readonly request?: Partial<OffboardingRequest>;
  readonly retentionFloorDays?: number;
}

const BUCKET = 'documents';
const VAULT = 'vault';
const TABLE = 'chunks';
/** Name of the execution that has shards packed. */
export const ATTEMPT = `${OFFBOARDING_ID}-1`;

export async function startArchiveWorld(options: ArchiveWorldOptions = {}): Promise<ArchiveWorld> {
  const { limits = SMALL_LIMITS, versioned = true, objectLock = false } = options;
  const harness = await startS3Harness({ minimumPartBytes: 1 });
  harness.service.createBucket(BUCKET, { versioned, objectLock });
  harness.service.createBucket(VAULT, { versioned: true });
  const s3 = harness.client;
  // Where the harness starts its clock.
  const s3Start = new Date('2027-03-01T10:00:00.000Z');
  let hoursPassed = 0;
  const tables = await startDynalite();
  await tables.create(TABLE, { name: 'planeId', type: 'S' }, { name: 'chunk', type: 'S' });
  const documents = { kind: 's3-prefix', bucket: BUCKET, prefix: 'kp-1/' } as const;
  const partitionKey = { name: 'planeId', value: 'kp-1' };
  const chunks = { kind: 'dynamodb-partition', table: TABLE, partitionKey } as const;
  const open = storeFor({ s3, dynamodb: tables.client });
  const read = readerFor({ s3, dynamodb: tables.client });
  const vault = vaultBucket(s3, VAULT);
  const ledger = fakeLedger();
  const ports = { s3, vault, storeFor: open, limits };
  const handlers = {
    plan: createPlan(ports),
    pack: createPack({ ...ports, readerFor: read, storageClass: 'DEEP_ARCHIVE' }),
    seal: createSeal(ports),
    evict: createEvict({
      ...ports,
      ledger,
      retentionFloorDays: options.retentionFloorDays ?? 0,
    }),
  };
  const context = (change: Partial<StageContext>): StageContext => ({
    planeId: PLANE_ID,
    offboardingId: OFFBOARDING_ID,
    request: offboardingRequest(options.request),
    input: {},
    plane: planeRecord({ stores: [documents, chunks] }),
    ledger: foldLedger([]),
    now: new Date('2026-11-29T11:00:00.000Z'),
    remainingMs: () => 900_000,
    ...change,
  });
  const execute = async (handler: StageHandler<object>, change: Partial<StageContext> = {}) => {
    const full = context(change);
    const refusal = handler.validate(full);
    if (refusal !== undefined) throw new Error(refusal);
    return handler.execute(full);
  };

  const world: ArchiveWorld = {
    s3,
    vault,
    tables,
    ledger,
    documents,
    chunks,
    open,
    read,
    async put(key, body, prefix = 'kp-1/') {
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: prefix + key, Body: body }));
    },
    async hide(key) {
      await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: `kp-1/${key}` }));
    },
    async putItem(chunk, attributes = {}) {
      const Item = { planeId: { S: 'kp-1' }, chunk: { S: chunk }, ...attributes };
      await tables.client.send(new PutItemCommand({ TableName: TABLE, Item }));
    },
    run: (step, change) => execute(handlers[step], change),
    pack: (shard) => execute(handlers.pack, { input: { shard, attempt: ATTEMPT } }),
    async shards(plan = 1) {
      const folder = plan === 1 ? 'work' : `plan-${plan}/work`;
      const key = `planes/${PLANE_ID}/${OFFBOARDING_ID}/${folder}/shards.jsonl`;
      return parseShards((await vault.readText(key)) ?? '');
    },
    async planAndPack() {
      await world.run('plan');
      for (const shard of await world.shards()) await world.pack(shard);
    },
    async archive(change) {
      const planned = await until(() => world.run('plan', change));
      if (!('data' in planned)) return planned;
      const { shardsKey } = planned.data as { shardsKey: string };
      for (const shard of parseShards((await vault.readText(shardsKey)) ?? '')) {
        const packed = await world.pack(shard);
        if (!('data' in packed)) return packed;
      }
      const sealed = await until(() => world.run('seal', change));
      if (!('data' in sealed)) return sealed;
      return until(() => world.run('evict', change));
    },
    now: () => new Date(s3Start.getTime() + hoursPassed * 3_600_000),
    advanceHours(hours) {
      hoursPassed += hours;
      harness.advanceHours(hours);
    },
    deny: harness.deny,
    async close() {
      await tables.close();
      await harness.close();
    },
  };
  return world;
}

/** Calls a step again while it answers `pending`, as the state machine does. */
async function until(step: () => Promise<StageResult<object>>): Promise<StageResult<object>> {
  for (;;) {
    const result = await step();
    if (result.status !== 'pending') return result;
  }
}
