import { BatchWriteItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  CreateScheduleCommand,
  ListSchedulesCommand,
  type SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { ArchivePlan } from '../../lambdas/core/archive-plan.ts';
import type { LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import type { SealRecord } from '../../lambdas/core/seal-record.ts';
import type { BucketOptions } from '../../local/s3/bucket.ts';
import { OFFBOARDING_ID, PLANE_ID, planeRecord, TIMES } from './builders.ts';
import type { Clients, FaultyServices, Tables } from './faulty-services.ts';
import { PRODUCT_TABLES, VAULT } from './product-stages.ts';

const DOCUMENTS = 'documents';
/** Of an offboarding of the neighbour. */
export const NEIGHBOUR_SCHEDULE = `${OFFBOARDING_ID}0`;
export const VAULT_PREFIX = `planes/${PLANE_ID}/${OFFBOARDING_ID}/`;

const partitionKey = { name: 'plane', value: 'kp-1' };

/** A plane whose every store has a neighbour, `kp-10`, that must come to no harm. */
export const PLANE = planeRecord({
  stores: [
    { kind: 's3-prefix', bucket: DOCUMENTS, prefix: 'kp-1/' },
    { kind: 'dynamodb-partition', table: 'chunks', partitionKey },
  ],
  access: [{ kind: 'token-partition', table: 'tokens', partitionKey }],
});

export const TABLES: Tables = {
  ...PRODUCT_TABLES,
  chunks: [
    { name: 'plane', type: 'S' },
    { name: 'id', type: 'S' },
  ],
  tokens: [
    { name: 'plane', type: 'S' },
    { name: 'id', type: 'S' },
  ],
};

/** Begins anew: empty services, the neighbour, and the plane in the registry with this ledger. */
export async function arrange(
  services: FaultyServices,
  entries: readonly LedgerEntry[],
  vault: Partial<BucketOptions> = {},
): Promise<void> {
  await services.reset({
    [DOCUMENTS]: { versioned: true },
    [VAULT]: { versioned: true, ...vault },
  });
  const { s3, dynamodb } = services.bystander;
  const { to = 'ACTIVE', seq = 0 } = entries.at(-1) ?? {};
  await Promise.all([
    write(dynamodb, 'ledger', ...entries),
    write(dynamodb, 'registry', { ...PLANE, lifecycleState: to, ledgerSeq: seq }),
    write(dynamodb, 'usage', { planeId: PLANE_ID, usageId: 'lease#1' }),
    write(dynamodb, 'chunks', item('kp-10', 'neighbour')),
    write(dynamodb, 'tokens', item('kp-1', 't1'), item('kp-1', 't2'), item('kp-10', 'neighbour')),
    write(
      dynamodb,
      'claims',
      {
        resource: `s3://${DOCUMENTS}`,
        scope: 'kp-1/',
        planeId: PLANE_ID,
        claimedAt: TIMES.requested,
      },
      {
        resource: `s3://${DOCUMENTS}`,
        scope: 'kp-10/',
        planeId: 'kp_10',
        claimedAt: TIMES.requested,
      },
    ),
    put(s3, DOCUMENTS, 'kp-10/neighbour', 'neighbour'),
    ...['kp-1/upload', 'kp-10/upload'].map((Key) =>
      s3.send(new CreateMultipartUploadCommand({ Bucket: DOCUMENTS, Key })),
    ),
  ]);
}

/** Documents and items that take every path of the archive. In order, so that they have the same version ids each time. */
export async function fillStores({ s3, dynamodb }: Clients): Promise<void> {
  await put(s3, DOCUMENTS, 'kp-1/a.md', 'older');
  await put(s3, DOCUMENTS, 'kp-1/a.md', 'a'.repeat(9_000));
  await put(s3, DOCUMENTS, 'kp-1/hidden.md', 'hidden');
  await s3.send(new DeleteObjectCommand({ Bucket: DOCUMENTS, Key: 'kp-1/hidden.md' }));
  await put(s3, DOCUMENTS, 'kp-1/huge.bin', 'h'.repeat(70_000));
  await put(s3, DOCUMENTS, 'kp-1/large.bin', 'l'.repeat(20_000));
  await write(dynamodb, 'chunks', item('kp-1', 'c1'), item('kp-1', 'c2'));
}

/** A bag, what was written into the stores after the archive, and what waits for the purge. */
export async function fillVault({ s3, dynamodb, scheduler }: Clients): Promise<void> {
  await put(s3, VAULT, `${VAULT_PREFIX}bag/bagit.txt`, 'older');
  await put(s3, VAULT, `${VAULT_PREFIX}bag/bagit.txt`, 'bag');
  await put(s3, VAULT, `${VAULT_PREFIX}bag/data/1`, 'payload');
  await put(s3, VAULT, `planes/${PLANE_ID}0/neighbour`, 'neighbour');
  await put(s3, DOCUMENTS, 'kp-1/late\n.md', 'late');
  await s3.send(new DeleteObjectCommand({ Bucket: DOCUMENTS, Key: 'kp-1/hidden.md' }));
  await write(dynamodb, 'chunks', item('kp-1', 'late'));
  await write(dynamodb, 'decisions', { planeId: PLANE_ID, scopeHash: 'c'.repeat(64) });
  await schedule(scheduler, OFFBOARDING_ID);
  await schedule(scheduler, NEIGHBOUR_SCHEDULE);
}

/** What an outsider sees of the world: everything but what a repeated run may write more than once. */
export async function look({ s3, dynamodb, scheduler }: Clients) {
  const { Versions = [], DeleteMarkers = [] } = await s3.send(
    new ListObjectVersionsCommand({ Bucket: DOCUMENTS }),
  );
  const bag = await s3.send(
    new ListObjectsV2Command({ Bucket: VAULT, Prefix: `${VAULT_PREFIX}bag/` }),
  );
  return {
    documents: [...Versions, ...DeleteMarkers].map(({ Key }) => Key),
    uploads: [...(await uploads(s3, DOCUMENTS)), ...(await uploads(s3, VAULT))],
    chunks: (await scan(dynamodb, 'chunks')).map(({ plane }) => plane),
    tokens: (await scan(dynamodb, 'tokens')).map(({ plane }) => plane),
    bag: bag.Contents?.map(({ Key, Size, ETag, StorageClass }) => ({
      Key,
      Size,
      ETag,
      StorageClass,
    })),
    plannedAt: (await readWork<ArchivePlan>(s3, 'plan.json'))?.plannedAt,
    seal: await readWork<SealRecord>(s3, 'seal.json'),
    usage: await scan(dynamodb, 'usage'),
    decisions: await scan(dynamodb, 'decisions'),
    schedules: await schedules(scheduler),
    claims: (await scan(dynamodb, 'claims')).map(({ scope }) => scope),
    registry: await scan(dynamodb, 'registry'),
    ledger: (await scan(dynamodb, 'ledger')).sort((a, b) => a.seq - b.seq) as LedgerEntry[],
  };
}

/** Keys of all versions in the vault. */
export async function vaultVersions({ s3 }: Clients): Promise<readonly (string | undefined)[]> {
  const { Versions = [], DeleteMarkers = [] } = await s3.send(
    new ListObjectVersionsCommand({ Bucket: VAULT }),
  );
  return [...Versions, ...DeleteMarkers].map(({ Key }) => Key);
}

async function readWork<Kind>(s3: Clients['s3'], file: string): Promise<Kind | undefined> {
  try {
    const Key = `${VAULT_PREFIX}work/${file}`;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: VAULT, Key }));
    return JSON.parse((await Body?.transformToString()) ?? '');
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
    throw error;
  }
}

async function uploads(s3: Clients['s3'], Bucket: string) {
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
  return Uploads.map(({ Key }) => Key);
}

async function scan(dynamodb: Clients['dynamodb'], TableName: string) {
  const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName }));
  return Items.map((stored) => unmarshall(stored));
}

function item(plane: string, id: string) {
  return { plane, id, text: `text of ${id}` };
}

async function schedules(scheduler: SchedulerClient) {
  const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({}));
  return Schedules.map(({ Name }) => Name);
}

async function schedule(scheduler: SchedulerClient, Name: string): Promise<void> {
  await scheduler.send(
    new CreateScheduleCommand({
      Name,
      ScheduleExpression: `at(${TIMES.retentionUntil.slice(0, 19)})`,
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: 'arn:aws:states:us-east-1:111122223333:stateMachine:offboarding',
        RoleArn: 'arn:aws:iam::111122223333:role/scheduler',
      },
    }),
  );
}

async function put(s3: Clients['s3'], Bucket: string, Key: string, Body: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
}

async function write(
  dynamodb: Clients['dynamodb'],
  table: string,
  ...items: readonly object[]
): Promise<void> {
  const requests = items.map((written) => ({
    PutRequest: { Item: marshall(written, { removeUndefinedValues: true }) },
  }));
  await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
}
