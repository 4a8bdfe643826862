import { PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storeClaims } from '../../lambdas/adapters/claims-table.ts';
import { purgeJournal } from '../../lambdas/adapters/purge-journal.ts';
import { eraseDecision } from '../../lambdas/adapters/purge-traces.ts';
import { foldLedger } from '../../lambdas/core/fold-ledger.ts';
import { scopeHash } from '../../lambdas/core/scope.ts';
import { measureScope } from '../../lambdas/purge/measure-scope.ts';
import { createPurge, type PurgePorts } from '../../lambdas/purge/purge.ts';
import { storeFor } from '../../lambdas/stores/open-store.ts';
import {
  OFFBOARDING_ID,
  offboardingRequest,
  PLANE_ID,
  planeRecord,
  REQUESTER,
  TIMES,
} from '../support/builders.ts';
import { type DynaliteTables, startDynalite } from '../support/dynalite-tables.ts';
import { approvalRequested, approved, gatePassed, JOURNEYS, ledgerOf } from '../support/ledgers.ts';
import { NO_COPIES } from '../support/no-copies.ts';
import { type S3Harness, startS3Harness } from '../support/s3-harness.ts';

const S3_STORE = { kind: 's3-prefix', bucket: 'documents', prefix: 'kp-1/' } as const;
const CHUNKS = {
  kind: 'dynamodb-partition',
  table: 'chunks',
  partitionKey: { name: 'pk', value: 'kp-1' },
} as const;
const TOKENS = { ...CHUNKS, kind: 'token-partition', table: 'tokens' } as const;
const PLANE = planeRecord({
  stores: [S3_STORE, CHUNKS],
  access: [TOKENS],
  lifecycleState: 'ARCHIVED',
  ledgerSeq: 4,
});

let s3: S3Harness;
let tables: DynaliteTables;

beforeAll(async () => {
  s3 = await startS3Harness();
  tables = await startDynalite();
  s3.service.createBucket('documents', { versioned: true });
  s3.service.createBucket('vault', { versioned: true });
  const key = { name: 'pk', type: 'S' } as const;
  const planeKey = { name: 'planeId', type: 'S' } as const;
  await tables.create('chunks', key, { name: 'sk', type: 'S' });
  await tables.create('tokens', key, { name: 'sk', type: 'S' });
  await tables.create('usage', planeKey, { name: 'usageId', type: 'S' });
  await tables.create('registry', planeKey);
  await tables.create('decisions', planeKey);
  await tables.create('claims', { name: 'resource', type: 'S' }, { name: 'scope', type: 'S' });
});
afterAll(() => Promise.all([s3.close(), tables.close()]));

test('destroys a plane on S3 and DynamoDB, and nothing that lies beside it', async () => {
  await put('vault', `planes/${PLANE_ID}/${OFFBOARDING_ID}/bag/bagit.txt`, 'bag');
  await put('vault', `planes/${PLANE_ID}/${OFFBOARDING_ID}/bag/bagit.txt`, 'older');
  await put('vault', `planes/${PLANE_ID}0/${OFFBOARDING_ID}/bag/bagit.txt`, 'neighbour');
  await put('documents', 'kp-1/ümläut\n&%2F.md', 'left behind');
  await put('documents', 'kp-1/hidden', 'gone?');
  await s3.client.send(new DeleteObjectCommand({ Bucket: 'documents', Key: 'kp-1/hidden' }));
  await put('documents', 'kp-10/doc', 'neighbour');
  for (const Key of ['kp-1/upload', 'kp-10/upload'])
    await s3.client.send(new CreateMultipartUploadCommand({ Bucket: 'documents', Key }));
  await putItem('chunks', { pk: 'kp-1', sk: '1' }, { pk: 'kp-10', sk: '1' });
  await putItem(
    'tokens',
    { pk: 'kp-1', sk: 't', revokedAt: TIMES.graceEnd },
    { pk: 'kp-10', sk: 't' },
  );
  await putItem('usage', { planeId: PLANE_ID, usageId: 'lease#1' });
  await putItem('usage', { planeId: `${PLANE_ID}0`, usageId: 'lease#1' });
  await putItem('registry', PLANE);
  await putItem('decisions', { planeId: PLANE_ID, scopeHash: 'c'.repeat(64) });
  const claims = storeClaims(tables.client, 'claims');
  for (const claimed of [S3_STORE, CHUNKS, TOKENS])
    await claims.claim(PLANE_ID, claimed, new Date(TIMES.requested));
  await claims.claim(`${PLANE_ID}0`, { ...S3_STORE, prefix: 'kp-10/' }, new Date(TIMES.requested));

  const { result, again } = await purge();

  expect(result).toMatchObject({
    status: 'success',
    data: {
      recordsDeleted: 8,
      alreadyAbsent: 0,
      uploadsAborted: 1,
      parts: [
        { kind: 'bag', found: 2, foundBytes: 8, destroyed: 2, destroyedBytes: 8 },
        { kind: 's3-prefix', found: 3, foundBytes: 16, destroyed: 3, destroyedBytes: 16 },
        { kind: 'dynamodb-partition', found: 1, destroyed: 1 },
        { kind: 'token-partition', found: 1, destroyed: 1 },
        { kind: 'usage', found: 1, destroyed: 1 },
      ],
    },
  });
  expect(again).toMatchObject({ status: 'skipped' });
  expect('data' in again && again.data).toEqual('data' in result && result.data);
  expect(await keys('vault')).toEqual([`planes/${PLANE_ID}0/${OFFBOARDING_ID}/bag/bagit.txt`]);
  expect(await keys('documents')).toEqual(['kp-10/doc']);
  const uploads = await s3.client.send(new ListMultipartUploadsCommand({ Bucket: 'documents' }));
  expect(uploads.Uploads?.map(({ Key }) => Key)).toEqual(['kp-10/upload']);
  expect(await scan('chunks')).toEqual([{ pk: 'kp-10', sk: '1' }]);
  expect(await scan('tokens')).toEqual([{ pk: 'kp-10', sk: 't' }]);
  expect(await scan('usage')).toEqual([{ planeId: `${PLANE_ID}0`, usageId: 'lease#1' }]);
  expect(await scan('decisions')).toEqual([]);
  expect((await scan('claims')).map(({ scope }) => scope)).toEqual(['kp-10/']);
  expect(await scan('registry')).toMatchObject([
    { planeId: PLANE_ID, name: 'scrubbed', tenantId: 'scrubbed', stores: PLANE.stores },
  ]);
});

async function purge() {
  const schedules: string[] = [];
  const scopePorts = {
    storeFor: storeFor({ s3: s3.client, dynamodb: tables.client }),
    vaultBucket: 'vault',
    usageTable: 'usage',
  };
  const measured = await measureScope(scopePorts)(
    PLANE,
    foldLedger(await ledgerOf(...JOURNEYS.ARCHIVED)),
  );
  if (!('scope' in measured)) throw new Error('there was time enough');
  const { scope } = measured;
  const hash = await scopeHash(scope);
  const request = { scopeHash: hash, scope, requestedBy: [REQUESTER], expiresAt: TIMES.purged };
  const entries = await ledgerOf(
    ...JOURNEYS.ARCHIVED,
    { ...approvalRequested, data: JSON.parse(JSON.stringify(request)) },
    { ...approved, data: { scopeHash: hash } },
    gatePassed('PURGED'),
  );
  const ports: PurgePorts = {
    ...scopePorts,
    ledger: { read: async () => entries },
    journal: purgeJournal(tables.client, 'registry'),
    eraseDecision: eraseDecision(tables.client, 'decisions'),
    eraseSchedule: async ({ offboardingId }) => {
      schedules.push(offboardingId);
    },
    copies: NO_COPIES,
    releaseClaims: storeClaims(tables.client, 'claims').release,
  };
  const context = {
    planeId: PLANE_ID,
    offboardingId: OFFBOARDING_ID,
    request: offboardingRequest(),
    input: {},
    plane: PLANE,
    ledger: foldLedger(entries),
    now: new Date(TIMES.purged),
    remainingMs: () => 900_000,
  };
  const result = await createPurge(ports).execute(context);
  const again = await createPurge(ports).execute(context);
  expect(schedules).toEqual([OFFBOARDING_ID]);
  return { result, again };
}

async function put(Bucket: string, Key: string, Body: string): Promise<void> {
  await s3.client.send(new PutObjectCommand({ Bucket, Key, Body }));
}

async function putItem(table: string, ...items: readonly object[]): Promise<void> {
  for (const item of items)
    await tables.client.send(new PutItemCommand({ TableName: table, Item: marshall(item) }));
}

async function keys(Bucket: string) {
  const { Versions = [], DeleteMarkers = [] } = await s3.client.send(
    new ListObjectVersionsCommand({ Bucket }),
  );
  return [...Versions, ...DeleteMarkers].map(({ Key }) => Key);
}

async function scan(table: string) {
  const { Items = [] } = await tables.client.send(new ScanCommand({ TableName: table }));
  return Items.map((item) => unmarshall(item));
}
