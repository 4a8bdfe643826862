import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
} from '@aws-sdk/client-s3';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SMALL_LIMITS } from '../../support/archive-world.ts';
import { PLANE_ID } from '../../support/builders.ts';
import { arrange, look, PLANE, TABLES, VAULT_PREFIX } from '../../support/crash-plane.ts';
import { type FaultyServices, startFaultyServices } from '../../support/faulty-services.ts';
import { JOURNEYS, ledgerOf } from '../../support/ledgers.ts';
import { type ProductStages, productStages, VAULT } from '../../support/product-stages.ts';

let services: FaultyServices;
let stages: ProductStages;
beforeAll(async () => {
  services = await startFaultyServices(TABLES);
  stages = productStages(services.product, SMALL_LIMITS);
});
afterAll(() => services.close());

async function start(vault: { readonly objectLock?: boolean } = {}): Promise<void> {
  await arrange(services, await ledgerOf(...JOURNEYS.ARCHIVED), vault);
}

/** Fills the vault with versions of the plane, the fast way: delete markers. */
async function hide(count: number): Promise<void> {
  const keys = Array.from({ length: count }, (_, index) => `${VAULT_PREFIX}bag/data/${index}`);
  for (let first = 0; first < count; first += 1000) {
    const Objects = keys.slice(first, first + 1000).map((Key) => ({ Key }));
    await services.bystander.s3.send(
      new DeleteObjectsCommand({ Bucket: VAULT, Delete: { Objects, Quiet: true } }),
    );
  }
}

async function purgedData() {
  return (await stages.readLedger()).at(-1)?.data;
}

describe('requests', () => {
  test('one listing and one delete per 1,000 versions, and a fixed number beside', async () => {
    await start();
    await stages.approve();
    await stages.purge();
    const fixed = services.counts();

    await start();
    await hide(3000);
    const approver = productStages(services.bystander, SMALL_LIMITS);
    await approver.approve();
    await stages.purge();
    expect(await purgedData()).toMatchObject({ recordsDeleted: 3003, alreadyAbsent: 0 });
    const { 's3:ListBucketVersions': lists = 0, ...others } = services.counts();
    // Three pages of the bag, one of the empty prefix; and the second listing of both.
    expect(lists).toBe(6);
    expect(others['s3:DeleteObjectVersion']).toBe(3);
    const s3 = Object.entries(others).filter(([action]) => action.startsWith('s3:'));
    expect(lists + s3.reduce((sum, [, calls]) => sum + calls, 0)).toBeLessThanOrEqual(3 + 3 + 20);
    // Nothing else grows with the number of versions, the reads of the ledger neither.
    for (const [action, calls] of Object.entries(services.counts()))
      if (!action.startsWith('s3:'))
        expect([action, calls]).toEqual([
          action,
          expect.toSatisfy((n) => n <= (fixed[action] ?? 0)),
        ]);
  });

  test('at most two listings per 1,000 versions when the invocations are too short to keep them', async () => {
    await start();
    await hide(3000);
    await productStages(services.bystander, SMALL_LIMITS).approve();
    const hurried = productStages(services.product, SMALL_LIMITS, () => 0);
    await hurried.purge();
    expect(await purgedData()).toMatchObject({ recordsDeleted: 3003, alreadyAbsent: 0 });
    const counts = services.counts();
    expect(counts['s3:DeleteObjectVersion']).toBe(3);
    expect(counts['s3:ListBucketVersions']).toBeLessThanOrEqual(2 * 3 + 10);
  });
});

describe('what Object Lock protects', () => {
  const locked = `${VAULT_PREFIX}bag/data/locked`;
  const lock = (Status: 'ON' | 'OFF') =>
    services.bystander.s3.send(
      new PutObjectLegalHoldCommand({ Bucket: VAULT, Key: locked, LegalHold: { Status } }),
    );

  test('is counted as LEGAL_HOLD, everything else is destroyed, and the next start finishes it', async () => {
    await start({ objectLock: true });
    const { s3 } = services.bystander;
    for (const Key of [locked, `${VAULT_PREFIX}bag/data/free`])
      await s3.send(new PutObjectCommand({ Bucket: VAULT, Key, Body: 'payload' }));
    await lock('ON');
    await stages.approve();
    await expect(stages.purge()).rejects.toMatchObject({
      name: 'LEGAL_HOLD',
      message:
        '4 records are destroyed, left are bag 1, 1 of them under an object lock; 1 problems',
      details: {
        codes: { ObjectLocked: 1 },
        examples: [{ key: locked }],
        problems: [{ kind: 'bag', code: 'ObjectLocked', record: { key: locked } }],
      },
    });
    expect((await look(services.bystander)).registry).toMatchObject([
      { lifecycleState: 'ARCHIVED' },
    ]);
    expect(await versions()).toEqual([locked]);
    await lock('OFF');
    await stages.purge();
    expect(await purgedData()).toMatchObject({ recordsDeleted: 5, alreadyAbsent: 0 });
    expect(await versions()).toEqual([]);
  });

  async function versions() {
    const { Versions = [] } = await services.bystander.s3.send(
      new ListObjectVersionsCommand({ Bucket: VAULT }),
    );
    return Versions.map(({ Key }) => Key);
  }
});

describe('a bucket or table that does not exist', () => {
  const gone = {
    ...PLANE,
    stores: [
      ...PLANE.stores,
      { kind: 's3-prefix', bucket: 'deleted-by-its-owner', prefix: 'kp-1/' },
    ],
    access: [
      { kind: 'token-partition', table: 'deleted', partitionKey: { name: 'plane', value: 'kp-1' } },
    ],
    lifecycleState: 'ARCHIVED',
    ledgerSeq: 4,
  };

  test('holds nothing: the approval, the purge and the ledger say so', async () => {
    await start();
    await services.bystander.dynamodb.send(
      new PutItemCommand({ TableName: 'registry', Item: marshall(gone) }),
    );
    await stages.approve();
    const absent = { count: 0, bytes: 0, placeAbsent: true };
    const parts = [
      { kind: 'bag', count: 0, bytes: 0 },
      { kind: 's3-prefix', count: 0, bytes: 0 },
      { kind: 'dynamodb-partition', count: 0, bytes: 0 },
      { kind: 's3-prefix', ...absent },
      { kind: 'token-partition', ...absent },
      { kind: 'usage', count: 1 },
    ];
    const [, , , , requested] = await stages.readLedger();
    expect(requested).toMatchObject({ type: 'APPROVAL_REQUESTED', data: { scope: { parts } } });
    await stages.purge();
    expect(await purgedData()).toMatchObject({
      recordsDeleted: 1,
      alreadyAbsent: 0,
      residue: [...parts.slice(0, 5), { kind: 'usage', count: 0 }],
    });
  });

  test('is a failure when it is one of ours: we are looking in the wrong place', async () => {
    await start();
    await services.reset({ documents: { versioned: true } });
    await services.bystander.dynamodb.send(
      new PutItemCommand({
        TableName: 'registry',
        Item: marshall({ ...PLANE, lifecycleState: 'ARCHIVED', ledgerSeq: 4 }),
      }),
    );
    await expect(stages.approve()).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });
});

describe('one record in the place of another, of the same size', () => {
  const s3 = () => services.bystander.s3;
  const dynamodb = () => services.bystander.dynamodb;
  const Bucket = 'documents';
  const late = (text: string) => ({ plane: 'kp-1', id: 'late', text });
  const putItem = (text: string) =>
    dynamodb().send(new PutItemCommand({ TableName: 'chunks', Item: marshall(late(text)) }));
  const removeForGood = async (Key: string) => {
    const { Versions = [] } = await s3().send(
      new ListObjectVersionsCommand({ Bucket, Prefix: Key }),
    );
    for (const { VersionId } of Versions)
      await s3().send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  };

  test.each([
    [
      'a document under another key',
      async () => {
        await removeForGood('kp-1/late.md');
        await s3().send(new PutObjectCommand({ Bucket, Key: 'kp-1/new.md', Body: 'late' }));
      },
    ],
    [
      'a new version of a document',
      async () => {
        await removeForGood('kp-1/late.md');
        await s3().send(new PutObjectCommand({ Bucket, Key: 'kp-1/late.md', Body: 'late' }));
      },
    ],
    ['the content of an item', () => putItem('new!')],
  ])('%s: nothing is destroyed, it is SCOPE_CHANGED', async (_, exchange) => {
    await start();
    await s3().send(new PutObjectCommand({ Bucket, Key: 'kp-1/late.md', Body: 'late' }));
    await putItem('late');
    await stages.approve();
    await exchange();
    const before = await look(services.bystander);
    await expect(stages.purge()).rejects.toMatchObject({ name: 'SCOPE_CHANGED' });
    expect(await look(services.bystander)).toEqual(before);
  });
});

test('of the plane no name is left in the ledger', async () => {
  await start();
  await hide(2);
  await stages.approve();
  await stages.purge();
  const ledger = JSON.stringify(await stages.readLedger());
  expect(ledger).toContain(PLANE_ID);
  expect(ledger).not.toMatch(/kp-1\/|documents|chunks/);
});
