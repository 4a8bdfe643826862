import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  RestoreObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LifecycleState } from '../../lambdas/core/lifecycle.ts';
import type { Remains } from '../../local/demo/remains.ts';
import { DOCUMENTS_BUCKET } from '../../local/demo/sample-plane.ts';
import { type CallPattern, createFaults } from '../support/faults.ts';
import {
  AT_ONCE,
  approveIfAsked,
  expectEnd,
  expectHalt,
  expectToGoOn,
  remains,
} from '../support/halts.ts';
import { startWorld, type World } from '../support/offboarding-world.ts';

/** A call that its service refuses for good, and what the operator is told. */
interface Refusal {
  readonly what: string;
  readonly calls: CallPattern;
  /** How the service itself says no. */
  readonly as: readonly [code: string, status: number];
  readonly halt: { readonly stage: string; readonly code: string; readonly state: LifecycleState };
  /** What an outsider finds of the plane while it is halted. */
  readonly kept: Partial<Remains>;
}

const HOT = { documentVersions: 3, chunks: 3 };
/** One payload of objects and one of items. */
const ARCHIVED = {
  documentVersions: 0,
  chunks: 0,
  vaultClasses: { DEEP_ARCHIVE: 2 },
};
const TOMBSTONE = ['ledgerSeq', 'lifecycleState', 'planeId'];

const DYNAMODB_NO = ['AccessDeniedException', 400] as const;
const S3_NO = ['AccessDenied', 403] as const;

const REFUSALS: readonly Refusal[] = [
  {
    what: 'usage cannot be read for a deregistration',
    // The first query reads the ledger.
    calls: { by: 'deregister', operation: 'Query', skip: 1 },
    as: DYNAMODB_NO,
    halt: { stage: 'deregister', code: 'DEREGISTER_FAILED', state: 'ACTIVE' },
    kept: HOT,
  },
  {
    what: 'usage cannot be read before the deactivation',
    calls: { by: 'verify-deactivate', operation: 'Query', skip: 1 },
    as: DYNAMODB_NO,
    halt: {
      stage: 'verify_deactivate',
      code: 'AccessDeniedException',
      state: 'PENDING_DEACTIVATE',
    },
    kept: HOT,
  },
  {
    what: 'one token cannot be revoked',
    calls: { by: 'deactivate', operation: 'UpdateItem', times: 1 },
    as: DYNAMODB_NO,
    halt: { stage: 'deactivate', code: 'DEACTIVATION_FAILED', state: 'PENDING_DEACTIVATE' },
    kept: HOT,
  },
  {
    what: 'one document cannot be read',
    calls: { by: 'archive-pack', method: 'GET', url: /tar\.md/ },
    as: S3_NO,
    halt: { stage: 'archive', code: 'ARCHIVE_FAILED', state: 'DEACTIVATED' },
    kept: HOT,
  },
  {
    what: 'the bag cannot be written',
    calls: { by: 'archive-seal', method: 'PUT', url: /bagit\.txt/ },
    as: S3_NO,
    halt: { stage: 'archive', code: 'AccessDenied', state: 'DEACTIVATED' },
    kept: HOT,
  },
  {
    what: 'one chunk cannot be evicted',
    calls: { by: 'archive-evict', operation: 'DeleteItem', times: 1 },
    as: DYNAMODB_NO,
    halt: { stage: 'archive', code: 'ARCHIVE_FAILED', state: 'DEACTIVATED' },
    kept: { ...ARCHIVED, chunks: 1 },
  },
  {
    what: 'the task token cannot be encrypted',
    calls: { by: 'request-approval', operation: 'Encrypt' },
    as: ['KMSInvalidStateException', 400],
    halt: { stage: 'approval', code: 'KMSInvalidStateException', state: 'ARCHIVED' },
    kept: ARCHIVED,
  },
  {
    what: 'one token cannot be destroyed',
    calls: { by: 'purge', operation: 'DeleteItem', times: 1 },
    as: DYNAMODB_NO,
    halt: { stage: 'purge', code: 'PURGE_INCOMPLETE', state: 'ARCHIVED' },
    kept: { tokens: 1, vaultVersions: 0 },
  },
  {
    what: 'the certificate cannot be signed',
    calls: { by: 'certificate', operation: 'Sign' },
    as: ['KMSInvalidStateException', 400],
    halt: { stage: 'certificate', code: 'KMSInvalidStateException', state: 'PURGED' },
    kept: { registryAttributes: TOMBSTONE },
  },
];

const faults = createFaults();
let world: World;
let tenant: ReturnType<typeof tenantOf>;
beforeAll(async () => {
  world = await startWorld({ onCall: faults.onCall });
  tenant = tenantOf(world);
});
afterEach(() => faults.clear());
afterAll(() => world.close());

/** Whose plane it is, and who does not know of the offboarding. */
function tenantOf({ cloud }: World) {
  const s3 = new S3Client(cloud.clientConfig('tenant'));
  const dynamodb = new DynamoDBClient(cloud.clientConfig('tenant'));
  return {
    s3,
    dynamodb,
    put: (Key: string, Body: string, more: Partial<PutObjectCommandInput> = {}) =>
      s3.send(new PutObjectCommand({ Bucket: DOCUMENTS_BUCKET, Key, Body, ...more })),
    createTokenTable: (TableName: string) =>
      dynamodb.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [
            { AttributeName: 'plane', KeyType: 'HASH' },
            { AttributeName: 'tokenHash', KeyType: 'RANGE' },
          ],
          AttributeDefinitions: [
            { AttributeName: 'plane', AttributeType: 'S' },
            { AttributeName: 'tokenHash', AttributeType: 'S' },
          ],
        }),
      ),
  };
}

describe('a stage that fails changes no state, and the next start goes on from there', () => {
  it.each(REFUSALS)('$halt.stage: $what', async ({ calls, as: [code, status], halt, kept }) => {
    const plane = await world.plane();
    const fault = faults.refuse(calls, code, status);
    await plane.start(AT_ONCE);
    await approveIfAsked(plane);

    const halted = await expectHalt(world, plane, halt);
    expect(fault.hits()).toBeGreaterThan(0);
    expect(await remains(world, plane)).toMatchObject(kept);

    fault.lift();
    await expectToGoOn(world, plane, halted);
    // A question that could not be put is put again; an interrupted purge goes on under the approval it has.
    const asked = (await plane.history()).filter((entry) => entry === 'APPROVAL_REQUESTED');
    expect(asked).toHaveLength(halt.stage === 'approval' ? 2 : 1);
  });
});

describe('what happens around an offboarding while it works', () => {
  it('the table of its tokens disappears: nothing is deactivated until it is back', async () => {
    const table = 'knowledge-dev-tokens-apart';
    await tenant.createTokenTable(table);
    const plane = await world.plane(({ registration, partition }) => ({
      ...registration,
      access: [
        ...(registration.access as object[]),
        { kind: 'token-partition', table, partitionKey: { name: 'plane', value: partition } },
      ],
    }));
    await tenant.dynamodb.send(new DeleteTableCommand({ TableName: table }));
    await plane.start(AT_ONCE);
    const halted = await expectHalt(world, plane, {
      stage: 'deactivate',
      code: 'DEACTIVATION_FAILED',
      state: 'PENDING_DEACTIVATE',
    });
    expect(await remains(world, plane)).toMatchObject({ ...HOT, revokedTokens: 3 });

    await tenant.createTokenTable(table);
    await expectToGoOn(world, plane, halted);
  });

  it('a document lies in Glacier: nothing is archived until it has been restored', async () => {
    const plane = await world.plane();
    const Key = `${plane.sample.prefix}cold.md`;
    await tenant.put(Key, 'cold', { StorageClass: 'GLACIER' });
    await plane.start(AT_ONCE);
    const halted = await expectHalt(world, plane, {
      stage: 'archive',
      code: 'ARCHIVE_FAILED',
      state: 'DEACTIVATED',
    });
    expect(halted.halt.message).toMatch(/^1 object/);
    expect(await remains(world, plane)).toMatchObject({ documentVersions: 4, chunks: 3 });

    await tenant.s3.send(
      new RestoreObjectCommand({ Bucket: DOCUMENTS_BUCKET, Key, RestoreRequest: { Days: 7 } }),
    );
    await world.cloud.clock.advanceBy({ days: 1 });
    await expectToGoOn(world, plane, halted);
  });

  it('a document is taken away between inventory and packing: the next start inventories anew', async () => {
    const plane = await world.plane();
    const Key = `${plane.sample.prefix}short-lived.md`;
    const { VersionId } = await tenant.put(Key, 'short-lived');
    const deletion = faults.before({ by: 'archive-pack', method: 'GET', url: /short-lived/ }, () =>
      tenant.s3.send(new DeleteObjectCommand({ Bucket: DOCUMENTS_BUCKET, Key, VersionId })),
    );
    await plane.start(AT_ONCE);
    const halted = await expectHalt(world, plane, {
      stage: 'archive',
      code: 'SOURCE_CHANGED',
      state: 'DEACTIVATED',
    });
    expect(halted.halt.message).toMatch(/^at least 1 record, in shard \d{5}: /);
    expect(deletion.hits()).toBe(1);
    expect(await remains(world, plane)).toMatchObject(HOT);
    await expectToGoOn(world, plane, halted);
    deletion.lift();
  });

  it('a document is written before the eviction: it stays, and so does the plane', async () => {
    const plane = await world.plane();
    const Key = `${plane.sample.prefix}late.md`;
    const write = faults.before({ by: 'archive-evict' }, () => tenant.put(Key, 'written late'));
    await plane.start(AT_ONCE);
    const halted = await expectHalt(world, plane, {
      stage: 'archive',
      code: 'SOURCE_CHANGED',
      state: 'DEACTIVATED',
    });
    write.lift();
    expect(halted.halt.message).toMatch(/^1 record/);
    expect(JSON.stringify(await plane.ledger())).not.toContain('late.md');
    expect(await remains(world, plane)).toMatchObject({ ...ARCHIVED, documentVersions: 1 });

    // Until somebody has decided what becomes of it, starting again changes nothing.
    await plane.start();
    expect((await plane.ledger()).at(-1)).toMatchObject({ data: { code: 'SOURCE_CHANGED' } });
    const { Body, VersionId } = await tenant.s3.send(
      new GetObjectCommand({ Bucket: DOCUMENTS_BUCKET, Key }),
    );
    expect(await Body?.transformToString()).toBe('written late');

    await tenant.s3.send(new DeleteObjectCommand({ Bucket: DOCUMENTS_BUCKET, Key, VersionId }));
    await plane.start();
    await expectEnd(world, plane);
  });

  it('a document is written during the purge: it stays, and needs an approval of its own', async () => {
    const plane = await world.plane();
    const Key = `${plane.sample.prefix}later.md`;
    const write = faults.before({ by: 'purge', method: 'POST', url: /[?&]delete/ }, () =>
      tenant.put(Key, 'written later'),
    );
    await plane.start(AT_ONCE);
    await approveIfAsked(plane);
    const halted = await expectHalt(world, plane, {
      stage: 'purge',
      code: 'SCOPE_CHANGED',
      state: 'ARCHIVED',
    });
    write.lift();
    expect(await remains(world, plane)).toMatchObject({ documentVersions: 1 });

    await plane.start();
    expect(await plane.status()).toBe('WAITING_APPROVAL');
    expect((await plane.as('approver', 'GET', '/approval')).body.scope).toMatchObject({
      objectCount: 1,
      bytes: 13,
    });
    expect(halted.offboardingId).toBe((await plane.ledger()).at(-1)?.offboardingId);
    await expectEnd(world, plane);
  });

  it('the purge cannot be scheduled: the next start schedules it', async () => {
    const plane = await world.plane();
    const fault = faults.refuse(
      { method: 'POST', url: /^\/schedules\// },
      'AccessDeniedException',
      403,
    );
    await plane.start({ force: true, forceReason: 'test', retentionDays: 30 });
    const halted = await expectHalt(world, plane, {
      stage: 'archive',
      code: 'Scheduler.AccessDeniedException',
      state: 'ARCHIVED',
    });
    fault.lift();
    expect((await plane.start()).body.offboardingId).toBe(halted.offboardingId);
    expect(await plane.status()).toBe('KEPT_IN_ARCHIVE');
    await world.cloud.clock.advanceBy({ days: 30, seconds: 1 });
    await expectEnd(world, plane);
  });
});
