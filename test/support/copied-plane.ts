import { createHash } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { createSeal } from '../../lambdas/archive/seal.ts';
import type { Vault } from '../../lambdas/archive/vault.ts';
import type { StageResult } from '../../lambdas/contract.ts';
import { ARCHIVE_LIMITS } from '../../lambdas/core/archive-limits.ts';
import { inventoryHashInput, shardsText } from '../../lambdas/core/archive-plan.ts';
import { foldLedger } from '../../lambdas/core/fold-ledger.ts';
import type { PackReport, StoredFile } from '../../lambdas/core/pack-report.ts';
import type { SealRecord } from '../../lambdas/core/seal-record.ts';
import { type Shard, shardId } from '../../lambdas/core/shard.ts';
import { vaultLayout } from '../../lambdas/core/vault-layout.ts';
import { OFFBOARDING_ID, offboardingRequest, PLANE_ID, planeRecord } from './builders.ts';

const BYTES = 8 * 1024 ** 2;

export interface CopiedPlane {
  readonly shards: number;
  readonly documentsPerShard: number;
  /** Number of the first shard. */
  readonly firstShard?: number;
  /** Size of one part of what is written in parts. */
  readonly partBytes?: number;
}

export interface SealedPlane {
  readonly result: StageResult<SealRecord>;
  /** By path in the bag. */
  readonly written: ReadonlyMap<string, Buffer>;
}

/** Seals a plane of nothing but copied documents, whose packers' reports are made up as they are read. */
export async function sealCopiedPlane({
  shards: count,
  documentsPerShard,
  firstShard = 1,
  partBytes = ARCHIVE_LIMITS.uploadPartBytes,
}: CopiedPlane): Promise<SealedPlane> {
  const layout = vaultLayout(PLANE_ID, OFFBOARDING_ID);
  const totals = { objectCount: documentsPerShard, deleteMarkerCount: 0 };
  const shards = Array.from(
    { length: count },
    (_, index): Shard => ({
      shardId: shardId(firstShard + index),
      plan: 1,
      store: 0,
      membersBucket: 'vault',
      membersKey: layout.inventoryKey(shardId(firstShard + index)),
      membersSha256: sha256(String(index)).toString('hex'),
      ...totals,
      bytes: documentsPerShard * BYTES,
    }),
  );
  const plan = {
    plan: 1,
    plannedAt: '2026-11-29T11:00:00.000Z',
    shardCount: count,
    shardsSha256: sha256(shardsText(shards)).toString('hex'),
    inventoryHash: sha256(inventoryHashInput(shards)).toString('hex'),
    objectCount: count * documentsPerShard,
    deleteMarkerCount: 0,
    bytes: count * documentsPerShard * BYTES,
  };
  const report = (shard: Shard): PackReport => ({
    shardId: shard.shardId,
    membersSha256: shard.membersSha256,
    ...totals,
    bytes: shard.bytes,
    payloads: Array.from({ length: documentsPerShard }, (_, index) =>
      storedFile(
        `data/shard-${shard.shardId}/object-${String(documentsPerShard - index).padStart(6, '0')}`,
      ),
    ),
    index: storedFile(`index/shard-${shard.shardId}.jsonl`),
  });

  const written = new Map<string, Buffer>();
  const write = (key: string, body: Buffer) =>
    written.set(key.slice(layout.bagPrefix.length), body);
  const vault: Pick<Vault, 'bucket' | 'readText' | 'writeText' | 'readStored'> = {
    bucket: 'vault',
    async readText(key) {
      if (key === layout.planKey) return JSON.stringify(plan);
      if (key === layout.shardsKey) return shardsText(shards);
      const shard = shards.find((each) => key === layout.packReportKey(each.shardId));
      return shard && JSON.stringify(report(shard));
    },
    async writeText(key, text) {
      if (key.startsWith(layout.bagPrefix)) write(key, Buffer.from(text));
      const digest = sha256(text);
      return {
        bytes: Buffer.byteLength(text),
        sha256: digest.toString('hex'),
        checksum: { algorithm: 'SHA256', value: digest.toString('base64') },
      };
    },
    async readStored(key) {
      const { bytes, checksum } = storedFile(key.slice(layout.bagPrefix.length));
      return { bytes, checksums: { SHA256: checksum.value } };
    },
  };
  const seal = createSeal({
    s3: recordingClient(write),
    vault: vault as Vault,
    limits: { ...ARCHIVE_LIMITS, uploadPartBytes: partBytes },
  });
  const result = await seal.execute({
    planeId: PLANE_ID,
    offboardingId: OFFBOARDING_ID,
    request: offboardingRequest(),
    input: {},
    plane: planeRecord(),
    ledger: foldLedger([]),
    now: new Date(plan.plannedAt),
    remainingMs: () => 900_000,
  });
  return { result, written };
}

/** An S3 that takes what is written, whole or in parts, and answers the checksums it must have. */
function recordingClient(write: (key: string, body: Buffer) => void): S3Client {
  const client = new S3Client({ region: 'eu-central-1' });
  const parts: Buffer[] = [];
  client.send = async (command: object) => {
    if (command instanceof PutObjectCommand)
      write(command.input.Key ?? '', Buffer.from(command.input.Body as Buffer));
    if (command instanceof CreateMultipartUploadCommand) return { UploadId: 'upload' };
    if (command instanceof UploadPartCommand)
      parts[(command.input.PartNumber ?? 0) - 1] = Buffer.from(command.input.Body as Buffer);
    if (command instanceof CompleteMultipartUploadCommand) {
      write(command.input.Key ?? '', Buffer.concat(parts));
      const composed = sha256(Buffer.concat(parts.map(sha256))).toString('base64');
      return { ChecksumSHA256: `${composed}-${parts.length}` };
    }
    return {};
  };
  return client;
}

function storedFile(path: string): StoredFile {
  const digest = sha256(path);
  return {
    path,
    bytes: BYTES,
    sha256: digest.toString('hex'),
    checksum: { algorithm: 'SHA256', value: digest.toString('base64') },
  };
}

function sha256(content: string | Buffer): Buffer {
  return createHash('sha256').update(content).digest();
}
