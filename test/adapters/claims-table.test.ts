import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Claimable, storeClaims } from '../../lambdas/adapters/claims-table.ts';
import { type DynaliteTables, startDynalite } from '../support/dynalite-tables.ts';

const NOW = new Date('2026-11-22T10:00:00.000Z');
const prefix = (value: string, bucket = 'documents'): Claimable => ({
  kind: 's3-prefix',
  bucket,
  prefix: value,
});
const partition = (value: string): Claimable => ({
  kind: 'dynamodb-partition',
  table: 'chunks',
  partitionKey: { name: 'planeKey', value },
});

let tables: DynaliteTables;
let table: string;
let count = 0;

beforeAll(async () => {
  tables = await startDynalite();
});
afterAll(() => tables.close());
beforeEach(async () => {
  count += 1;
  table = `claims-${count}`;
  await tables.create(table, { name: 'resource', type: 'S' }, { name: 'scope', type: 'S' });
});

async function held(): Promise<readonly string[]> {
  const { Items = [] } = await tables.client.send(new ScanCommand({ TableName: table }));
  return Items.map((item) => unmarshall(item))
    .map(({ resource, scope, planeId }) => `${planeId} ${resource} ${scope}`)
    .sort();
}

test('each kind is claimed under the name of its resource', async () => {
  const { claim } = storeClaims(tables.client, table);
  await claim('kp_1', prefix('a/b/'), NOW);
  await claim('kp_1', partition('kp 1'), NOW);
  await claim('kp_1', { kind: 'query-endpoint', functionName: 'query-kp-1' }, NOW);
  await claim(
    'kp_1',
    { kind: 'token-partition', table: 'tokens', partitionKey: { name: 'pk', value: '7' } },
    NOW,
  );
  expect(await held()).toEqual([
    'kp_1 dynamodb://chunks planeKey=kp 1',
    'kp_1 dynamodb://tokens pk=7',
    'kp_1 lambda://query-kp-1 -',
    'kp_1 s3://documents a/b/',
  ]);
});

describe('what another plane has', () => {
  test.each([
    ['the same prefix', prefix('a/b/'), prefix('a/b/')],
    ['a prefix around it', prefix('a/b/'), prefix('a/')],
    ['a prefix inside it', prefix('a/b/'), prefix('a/b/c/d/')],
    ['the same partition', partition('kp-1'), partition('kp-1')],
    [
      'its tokens as a store',
      { kind: 'token-partition', table: 't', partitionKey: { name: 'pk', value: 'x' } },
      { kind: 'dynamodb-partition', table: 't', partitionKey: { name: 'pk', value: 'x' } },
    ],
    [
      'the same function',
      { kind: 'query-endpoint', functionName: 'query' },
      { kind: 'query-endpoint', functionName: 'query' },
    ],
  ] as const satisfies readonly (readonly [string, Claimable, Claimable])[])(
    'is refused: %s',
    async (_, theirs, ours) => {
      const { claim } = storeClaims(tables.client, table);
      await claim('kp_1', theirs, NOW);
      const before = await held();
      await expect(claim('kp_2', ours, NOW, { field: 'stores[3]' })).rejects.toMatchObject({
        name: 'STORE_TAKEN',
        message: 'stores[3] belongs to another plane',
        details: { field: 'stores[3]' },
      });
      expect(await held()).toEqual(before);
    },
  );
});

test('neighbours are no overlap', async () => {
  const { claim } = storeClaims(tables.client, table);
  await claim('kp_1', prefix('kp-1/'), NOW);
  await claim('kp_2', prefix('kp-10/'), NOW);
  await claim('kp_3', prefix('kp-1/', 'other-bucket'), NOW);
  await claim('kp_4', prefix('x/kp-1/'), NOW);
  await claim('kp_5', partition('kp-1'), NOW);
  await claim('kp_6', partition('kp-10'), NOW);
  expect(await held()).toHaveLength(6);
});

test('a plane may claim again what it has', async () => {
  const { claim } = storeClaims(tables.client, table);
  await claim('kp_1', prefix('a/'), NOW);
  await claim('kp_1', prefix('a/'), new Date('2027-01-01T00:00:00.000Z'));
  expect(await held()).toEqual(['kp_1 s3://documents a/']);
});

test('a refused repetition does not take away what the plane had', async () => {
  const { claim } = storeClaims(tables.client, table);
  await claim('kp_1', prefix('a/'), NOW);
  // What another registration looks like between its write and its own check.
  const intruder = storeClaims(blindClient(tables.client), table);
  await intruder.claim('kp_2', prefix('a/b/'), NOW);
  await expect(claim('kp_1', prefix('a/'), NOW)).rejects.toMatchObject({ name: 'STORE_TAKEN' });
  expect(await held()).toContain('kp_1 s3://documents a/');
});

test('what an interrupted registration left behind is taken over, whatever else is not', async () => {
  const { claim } = storeClaims(tables.client, table);
  await claim('kp_lost', prefix('a/b/'), NOW);
  await claim('kp_lost', prefix('a/c/'), NOW);
  const isAbandoned = async ({ planeId }: { planeId: string }) => planeId === 'kp_lost';
  await claim('kp_1', prefix('a/'), NOW, { isAbandoned });
  expect(await held()).toEqual(['kp_1 s3://documents a/']);
  await expect(claim('kp_2', prefix('a/b/'), NOW, { isAbandoned })).rejects.toMatchObject({
    name: 'STORE_TAKEN',
  });
  expect(await held()).toEqual(['kp_1 s3://documents a/']);
});

test('of two overlapping claims at the same time never both are accepted', async () => {
  const { claim } = storeClaims(tables.client, table);
  for (let round = 0; round < 20; round += 1) {
    const outcomes = await Promise.allSettled([
      claim(`kp_a${round}`, prefix(`r${round}/a/`), NOW),
      claim(`kp_b${round}`, prefix(`r${round}/a/b/`), NOW),
    ]);
    const accepted = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect(accepted).toBeLessThanOrEqual(1);
    const left = (await held()).filter((line) => line.includes(` r${round}/`));
    expect(left).toHaveLength(accepted);
  }
});

test('a partition key longer than a sort key is told apart by its hash', async () => {
  const { claim } = storeClaims(tables.client, table);
  await claim('kp_1', partition(`${'x'.repeat(2000)}1`), NOW);
  await claim('kp_2', partition(`${'x'.repeat(2000)}2`), NOW);
  await expect(claim('kp_3', partition(`${'x'.repeat(2000)}2`), NOW)).rejects.toMatchObject({
    name: 'STORE_TAKEN',
  });
});

test('a prefix that no object key can have is refused as input', async () => {
  await expect(
    storeClaims(tables.client, table).claim('kp_1', prefix(`${'ü'.repeat(600)}/`), NOW),
  ).rejects.toMatchObject({ name: 'INVALID_REQUEST' });
});

test('release gives up own claims only, and may run twice', async () => {
  const { claim, release } = storeClaims(tables.client, table);
  await claim('kp_1', prefix('a/'), NOW);
  await claim('kp_2', prefix('b/'), NOW);
  await release('kp_1', [prefix('a/'), prefix('b/'), prefix('c/')]);
  await release('kp_1', [prefix('a/'), prefix('b/'), prefix('c/')]);
  expect(await held()).toEqual(['kp_2 s3://documents b/']);
  await claim('kp_3', prefix('a/'), NOW);
  expect(await held()).toHaveLength(2);
});

/** Writes like the real one, but sees nothing: every read comes back empty. */
function blindClient(client: DynamoDBClient): DynamoDBClient {
  return new Proxy(client, {
    get(target, property) {
      if (property !== 'send') return Reflect.get(target, property);
      return async (command: { constructor: { name: string } }) =>
        /Get|Query/.test(command.constructor.name) ? {} : target.send(command as never);
    },
  });
}
