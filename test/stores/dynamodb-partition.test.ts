import { text } from 'node:stream/consumers';
import {
  type AttributeValue,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createDynamodbPartitionStore } from '../../lambdas/stores/dynamodb-partition.ts';
import { dynamodbRecordReader } from '../../lambdas/stores/dynamodb-record-reader.ts';
import type { RecordReader } from '../../lambdas/stores/record-reader.ts';
import type { CountedPage, PartitionItem, Store, StoreRecord } from '../../lambdas/stores/store.ts';
import { type DynaliteTables, startDynalite } from '../support/dynalite-tables.ts';
import { largestItem } from '../support/largest-item.ts';

let tables: DynaliteTables;
beforeAll(async () => {
  tables = await startDynalite();
});
afterAll(() => tables.close());

const EVERYTHING = {
  text: { S: 'ünïcode "quoted"\n' },
  digits: { N: '12345678901234567890123456789012345678' },
  small: { N: '0.0000000000000000000000000000000000001' },
  binary: { B: new Uint8Array([0, 255, 128]) },
  yes: { BOOL: true },
  nothing: { NULL: true },
  strings: { SS: ['b', 'a'] },
  numbers: { NS: ['10', '9'] },
  blobs: { BS: [new Uint8Array([2]), new Uint8Array([1])] },
  list: { L: [{ N: '1' }, { M: { deep: { B: new Uint8Array([7]) } } }] },
} satisfies Record<string, AttributeValue>;

let made = 0;
async function partition(
  ...items: Record<string, AttributeValue>[]
): Promise<{ table: string; store: Store; reader: RecordReader }> {
  made += 1;
  const table = `chunks-${made}`;
  await tables.create(table, { name: 'planeId', type: 'S' }, { name: 'chunk', type: 'N' });
  for (const item of items) await put(table, { planeId: { S: 'kp-1' }, ...item });
  const partitionKey = { name: 'planeId', value: 'kp-1' };
  const descriptor = { kind: 'dynamodb-partition', table, partitionKey } as const;
  return {
    table,
    store: createDynamodbPartitionStore(tables.client, descriptor),
    reader: dynamodbRecordReader(tables.client, descriptor),
  };
}

async function put(table: string, item: Record<string, AttributeValue>): Promise<void> {
  await tables.client.send(new PutItemCommand({ TableName: table, Item: item }));
}

async function listed(store: Store, after?: StoreRecord): Promise<PartitionItem[]> {
  const items: PartitionItem[] = [];
  for await (const page of store.inventory(after))
    for (const record of page) if (record.kind === 'item') items.push(record);
  return items;
}

test('an item is its canonical DynamoDB JSON: sets sorted, binary as base64, every digit kept', async () => {
  const { store, reader } = await partition({ chunk: { N: '1' }, ...EVERYTHING });
  const [item] = await listed(store);
  expect(item?.key).toBe('{"chunk":{"N":"1"},"planeId":{"S":"kp-1"}}');
  const json =
    '{"binary":{"B":"AP+A"},"blobs":{"BS":["AQ==","Ag=="]},"chunk":{"N":"1"},' +
    '"digits":{"N":"12345678901234567890123456789012345678"},' +
    '"list":{"L":[{"N":"1"},{"M":{"deep":{"B":"Bw=="}}}]},"nothing":{"NULL":true},' +
    '"numbers":{"NS":["10","9"]},"planeId":{"S":"kp-1"},' +
    '"small":{"N":"0.0000000000000000000000000000000000001"},"strings":{"SS":["a","b"]},' +
    '"text":{"S":"ünïcode \\"quoted\\"\\n"},"yes":{"BOOL":true}}';
  expect(await text((await reader.open(item as PartitionItem)).content)).toBe(json);
  expect(item?.size).toBe(Buffer.byteLength(json));
  expect(await store.measure()).toEqual({ count: 1, bytes: Buffer.byteLength(json) });
});

test('only the named partition is listed, and removed to the last attribute type', async () => {
  const { table, store } = await partition(
    { chunk: { N: '1' }, ...EVERYTHING },
    { chunk: { N: '2' } },
  );
  await put(table, { planeId: { S: 'kp-10' }, chunk: { N: '1' } });
  const records = await listed(store);
  expect(records).toHaveLength(2);
  const { removedBytes, ...report } = await store.remove(records);
  expect(report).toEqual({ removed: 2, alreadyAbsent: 0, changed: [], failed: [], left: [] });
  expect(removedBytes).toBe(records.reduce((sum, { size }) => sum + size, 0));
  expect(await store.measure()).toEqual({ count: 0, bytes: 0 });
  const { Item } = await tables.client.send(
    new GetItemCommand({ TableName: table, Key: { planeId: { S: 'kp-10' }, chunk: { N: '1' } } }),
  );
  expect(Item).toBeDefined();
});

async function counted(pages: AsyncIterable<CountedPage>): Promise<CountedPage[]> {
  const all: CountedPage[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

test('a count goes on behind any of its pages', async () => {
  // A page of a query is 1 MB at most.
  const large = { text: { S: 'x'.repeat(300_000) } };
  const { store } = await partition(
    ...Array.from({ length: 5 }, (_, index) => ({ chunk: { N: String(index) }, ...large })),
  );
  const pages = await counted(store.countPages());
  expect(pages.length).toBeGreaterThan(1);
  expect(pages.reduce((sum, { count }) => sum + count, 0)).toBe(5);
  const [first, ...rest] = pages;
  expect(await counted(store.countPages(first?.mark))).toEqual(rest);
});

test('a changed item is left alone, a missing one counts as absent', async () => {
  const { table, store, reader } = await partition(
    { chunk: { N: '1' } },
    { chunk: { N: '2' } },
    { chunk: { N: '3' } },
  );
  const records = await listed(store);
  await put(table, { planeId: { S: 'kp-1' }, chunk: { N: '1' }, note: { S: 'new' } });
  const key = { planeId: { S: 'kp-1' }, chunk: { N: '2' } };
  await tables.client.send(new DeleteItemCommand({ TableName: table, Key: key }));
  const report = await store.remove(records);
  expect(report).toMatchObject({ removed: 1, alreadyAbsent: 1, failed: [] });
  expect(report.changed).toEqual([records[0]]);
  expect((await store.measure()).count).toBe(1);
  await expect(reader.open(records[0] as PartitionItem)).rejects.toMatchObject({
    name: 'SOURCE_CHANGED',
  });
  await expect(reader.open(records[1] as PartitionItem)).rejects.toMatchObject({
    name: 'SOURCE_CHANGED',
  });
});

/** Something happens to the item just before its delete, when it has been read. */
function beforeTheDelete(happens: () => Promise<unknown>): void {
  tables.client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === 'DeleteItemCommand') await happens();
        return next(args);
      },
    { step: 'initialize', name: 'meanwhile' },
  );
  onTestFinished(() => void tables.client.middlewareStack.remove('meanwhile'));
}

test.each([
  ['a text is another', { note: { S: 'new' } }],
  ['an attribute is gone', { note: undefined }],
  ['a list is longer', { list: { L: [{ S: 'a' }, { S: 'b' }] } }],
  ['an element of a list is another', { list: { L: [{ S: 'b' }] } }],
])(
  'an item stays, and counts as changed, when between its read and its delete %s',
  async (_, change) => {
    const item = { chunk: { N: '1' }, note: { S: 'old' }, list: { L: [{ S: 'a' }] } };
    const { table, store } = await partition(item);
    const records = await listed(store);
    const { note, ...changed } = { ...item, ...change };
    beforeTheDelete(() =>
      put(table, { planeId: { S: 'kp-1' }, ...changed, ...(note !== undefined && { note }) }),
    );
    expect(await store.remove(records)).toMatchObject({
      removed: 0,
      alreadyAbsent: 0,
      changed: records,
      failed: [],
    });
    expect((await store.measure()).count).toBe(1);
  },
);

test('it asks before each item, and after a no removes nothing more', async () => {
  const { store } = await partition(
    ...Array.from({ length: 40 }, (_, index) => ({ chunk: { N: String(index) } })),
  );
  const records = await listed(store);
  let asked = 0;
  const mayGoOn = async () => {
    asked += 1;
    return asked < 20;
  };
  const report = await store.remove(records, { mayGoOn });
  expect(report).toMatchObject({ removed: 20, alreadyAbsent: 0, changed: [], failed: [] });
  expect(report.left).toHaveLength(20);
  expect((await store.measure()).count).toBe(20);
});

test('what it throws when it is asked stops the removal', async () => {
  const { store } = await partition(
    ...Array.from({ length: 20 }, (_, index) => ({ chunk: { N: String(index) } })),
  );
  const held = new Error('held');
  const mayGoOn = () => Promise.reject(held);
  await expect(store.remove(await listed(store), { mayGoOn })).rejects.toBe(held);
  expect((await store.measure()).count).toBeGreaterThan(3);
});

test('an item of 400 KB and one of 200 attributes are removed like any other', async () => {
  const wide = Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [`attribute-${index}`, { N: String(index) }]),
  );
  const { store } = await partition(
    { ...largestItem({ planeId: { S: 'kp-1' }, chunk: { S: '01' } }), chunk: { N: '1' } },
    { chunk: { N: '2' }, ...wide },
  );
  expect(await store.remove(await listed(store))).toMatchObject({ removed: 2, failed: [] });
});

test('a partition of several pages is listed whole, and goes on behind any page', async () => {
  const items = Array.from({ length: 9 }, (_, index) => ({
    chunk: { N: String(index) },
    body: { S: 'x'.repeat(300_000) },
  }));
  const { store } = await partition(...items);
  const pages: (readonly StoreRecord[])[] = [];
  for await (const page of store.inventory()) pages.push(page);
  expect(pages.length).toBeGreaterThan(1);
  const all = pages.flat();
  expect(all).toHaveLength(9);
  expect(await listed(store, pages[0]?.at(-1))).toEqual(all.slice(pages[0]?.length));
});

test('a number is a partition key too', async () => {
  await tables.create('by-number', { name: 'tenant', type: 'N' });
  await put('by-number', { tenant: { N: '42' } });
  const store = createDynamodbPartitionStore(tables.client, {
    kind: 'dynamodb-partition',
    table: 'by-number',
    partitionKey: { name: 'tenant', value: '42' },
  });
  expect((await listed(store)).map(({ key }) => key)).toEqual(['{"tenant":{"N":"42"}}']);
  expect(await counted(store.countPages())).toMatchObject([
    { count: 1, records: [{ kind: 'item', key: '{"tenant":{"N":"42"}}' }] },
  ]);
});

test('a descriptor that names another attribute than the partition key is refused', async () => {
  const { table } = await partition();
  const store = createDynamodbPartitionStore(tables.client, {
    kind: 'dynamodb-partition',
    table,
    partitionKey: { name: 'chunk', value: '1' },
  });
  await expect(store.measure()).rejects.toThrow(`table ${table} has no partition key chunk`);
});
