import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoreDescriptor } from '../../lambdas/core/plane.ts';
import type { StoreRecord } from '../../lambdas/core/store-record.ts';
import { findEntries } from '../../restore/find-entries.ts';
import { version } from '../support/builders.ts';
import { type MemoryBag, type MemoryShard, memoryBag, shardsOf } from './memory-bag.ts';

const DOCUMENTS: StoreDescriptor = { kind: 's3-prefix', bucket: 'documents', prefix: 'kp-1/' };
const COPIES: StoreDescriptor = { kind: 's3-prefix', bucket: 'copies', prefix: 'kp-1/' };
const CHUNKS: StoreDescriptor = {
  kind: 'dynamodb-partition',
  table: 'chunks',
  partitionKey: { name: 'planeId', value: 'kp-1' },
};

function item(sortKey: object): StoreRecord {
  return { kind: 'item', key: itemKey(sortKey), size: 1, sha256: 'a'.repeat(64) };
}

function itemKey(sortKey: object): string {
  return JSON.stringify({ chunk: sortKey, planeId: { S: 'kp-1' } });
}

/** One record a shard, so that the number of a part says which. */
function oneEach(store: number, records: readonly StoreRecord[]): readonly MemoryShard[] {
  return shardsOf(store, 1, records);
}

/** What was found, as `store/version`, and the parts that were read for it. */
async function find(
  { bag, partsRead }: MemoryBag,
  key: string,
  choice: { readonly store?: number; readonly everyPart?: boolean } = {},
) {
  let said = '';
  const { entries, partsRead: count } = await findEntries(
    bag,
    { key, everyPart: false, ...choice },
    {
      say: (text) => {
        said += text;
      },
      progress: () => {},
    },
  );
  const parts = partsRead();
  return {
    found: entries.map(({ store, record }) =>
      record.kind === 'item' ? `${store}/item` : `${store}/${record.versionId}`,
    ),
    parts,
    count,
    said,
  };
}

/** `kp-1/0000` to `kp-1/1999` in 1,000 parts of two. */
const numbered = Array.from({ length: 2000 }, (_, n) => `kp-1/${String(n).padStart(4, '0')}`);
const THOUSAND = await memoryBag(
  [DOCUMENTS],
  shardsOf(
    0,
    2,
    numbered.map((key) => version(key)),
  ),
);

test.each([
  ['the first key', 'kp-1/0000', [501, 251, 126, 63, 32, 16, 8, 4, 2, 1]],
  ['the last key', 'kp-1/1999', [501, 751, 876, 939, 970, 986, 994, 998, 1000]],
  ['the last key of the part in the middle', 'kp-1/1001', [501, 502]],
  [
    'the first key of a part, whose versions may begin in the part in front',
    'kp-1/1000',
    [501, 251, 376, 439, 470, 486, 494, 498, 500],
  ],
])('of 1,000 parts few are read for %s', async (_, key, parts) => {
  expect(await find(THOUSAND, key)).toEqual({
    found: ['0/v1'],
    parts,
    count: parts.length,
    said: '',
  });
});

test.each([
  ['between two keys of one part', 'kp-1/1000x', [501]],
  ['between two parts', 'kp-1/1001x', [501, 751, 626, 564, 533, 517, 509, 505, 503, 502]],
  ['before all', 'kp-1/', [501, 251, 126, 63, 32, 16, 8, 4, 2, 1]],
  ['behind all', 'kp-1/9', [501, 751, 876, 939, 970, 986, 994, 998, 1000]],
  ['outside the prefix of the store', 'kp-10/1000', []],
])('few are read for a key that would be %s, and is not there', async (_, key, parts) => {
  expect(await find(THOUSAND, key)).toEqual({ found: [], parts, count: parts.length, said: '' });
});

test('keys are in the order of their UTF-8 bytes, in which capitals come first and U+FF5E before U+10000', async () => {
  const keys = ['A', 'B', 'a', 'a/', 'a/b', 'aa', 'b', 'é', '\uFF5E', '\u{10000}', '\u{1F600}'];
  const world = await memoryBag(
    [DOCUMENTS],
    oneEach(
      0,
      keys.map((key) => version(`kp-1/${key}`, key)),
    ),
  );
  for (const key of keys) {
    const { found, count, said } = await find(world, `kp-1/${key}`);
    expect([found, said]).toEqual([[`0/${key}`], '']);
    expect(count).toBeLessThanOrEqual(5);
  }
  expect(await find(world, 'kp-1/e\u0301')).toMatchObject({ found: [], said: '' });
});

test('every version of a key is found, in all parts that it goes over', async () => {
  const records = [
    ...['a', 'b', 'c', 'd', 'e'].map((key) => version(`kp-1/${key}`)),
    ...Array.from({ length: 9 }, (_, n) => version('kp-1/m', `m${n}`)),
    ...['p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y'].map((key) => version(`kp-1/${key}`)),
  ];
  const world = await memoryBag([DOCUMENTS], shardsOf(0, 3, records));
  expect(await find(world, 'kp-1/m')).toEqual({
    found: ['0/m0', '0/m1', '0/m2', '0/m3', '0/m4', '0/m5', '0/m6', '0/m7', '0/m8'],
    parts: [5, 3, 2, 4],
    count: 4,
    said: '',
  });
});

test('a key that ends with one part goes on in the next only when it does', async () => {
  const world = await memoryBag(
    [DOCUMENTS],
    shardsOf(0, 2, [
      version('kp-1/a'),
      version('kp-1/b', 'b1'),
      version('kp-1/b', 'b2'),
      version('kp-1/c', 'c1'),
      version('kp-1/d', 'd1'),
      version('kp-1/e'),
    ]),
  );
  expect(await find(world, 'kp-1/b')).toMatchObject({ found: ['0/b1', '0/b2'], parts: [2, 1] });
  expect(await find(world, 'kp-1/c')).toMatchObject({ found: ['0/c1'], parts: [2, 3] });
});

const TWO_STORES = [
  ...oneEach(
    0,
    ['a', 'b', 'c', 'd'].map((key) => version(`kp-1/${key}`, `${key}-document`)),
  ),
  ...oneEach(
    1,
    ['b', 'c', 'x', 'y'].map((key) => version(`kp-1/${key}`, `${key}-copy`)),
  ),
];

test('a key in two stores is found in both, and in one of them when that one was chosen', async () => {
  const world = await memoryBag([DOCUMENTS, COPIES], TWO_STORES);
  expect(await find(world, 'kp-1/b')).toMatchObject({ found: ['0/b-document', '1/b-copy'] });
  const chosen = await find(world, 'kp-1/b', { store: 1 });
  expect(chosen).toMatchObject({ found: ['1/b-copy'], parts: [5, 3, 4, 6] });
  expect(await find(world, 'kp-1/a', { store: 1 })).toMatchObject({ found: ['0/a-document'] });
  expect(await find(world, 'kp-1/y', { store: 0 })).toMatchObject({ found: ['1/y-copy'] });
  expect(await find(world, 'kp-1/z')).toMatchObject({ found: [] });
});

test.each([
  ['texts', ['A', 'a', 'é', '\uFF5E', '\u{1F600}'].map((S) => ({ S }))],
  [
    'numbers',
    ['-100', '-20.5', '-20', '0', '0.001', '9', '10', '10.5', '12345678901234567890.1'].map(
      (N) => ({ N }),
    ),
  ],
  ['bytes', ['', 'AA==', 'AAE=', 'fw==', '/w==', '/wA='].map((B) => ({ B }))],
])('items are found by their sort key: %s', async (_, sortKeys) => {
  const world = await memoryBag(
    [DOCUMENTS, CHUNKS],
    [...oneEach(0, [version('kp-1/a')]), ...oneEach(1, sortKeys.map(item))],
  );
  for (const sortKey of sortKeys) {
    const { found, count, said } = await find(world, itemKey(sortKey));
    expect([found, said]).toEqual([['1/item'], '']);
    expect(count).toBeLessThanOrEqual(5);
  }
  expect(await find(world, itemKey({ S: 'none' }))).toMatchObject({ found: [], said: '' });
});

test('no items are looked through for a document, and no documents for an item', async () => {
  const world = await memoryBag([CHUNKS], oneEach(0, [item({ S: 'a' }), item({ S: 'b' })]));
  for (const key of ['kp-1/a', '{}', '[]', 'null', '7', '{"planeId":{"S":"kp-1"},"chunk":7}'])
    expect(await find(world, key)).toMatchObject({ found: [], parts: [] });
});

test('who names an item may write the JSON of its key as they like', async () => {
  const world = await memoryBag([CHUNKS], oneEach(0, [item({ S: 'a' }), item({ S: 'b' })]));
  const spaced = '{ "planeId": { "S": "kp-1" }, "chunk": { "S": "b" } }';
  expect(await find(world, spaced)).toMatchObject({ found: ['0/item'] });
  expect(await find(world, spaced, { everyPart: true })).toMatchObject({ found: ['0/item'] });
});

test('a document whose key is JSON as well is found under exactly that', async () => {
  const prefix = '{"planeId":{"S":"kp-1/';
  const key = `${prefix}"}, "chunk":{"S":"b"}}`;
  const world = await memoryBag(
    [{ ...DOCUMENTS, prefix }, CHUNKS],
    [...oneEach(0, [version(key)]), ...oneEach(1, [item({ S: 'b' })])],
  );
  expect(await find(world, key)).toMatchObject({ found: ['0/v1'] });
});

test('an item of a table without a sort key', async () => {
  const key = '{"planeId":{"S":"kp-1"}}';
  const only: StoreRecord = { kind: 'item', key, size: 1, sha256: 'a'.repeat(64) };
  const world = await memoryBag([CHUNKS, CHUNKS], [...oneEach(0, [only]), ...oneEach(1, [only])]);
  expect(await find(world, key)).toMatchObject({ found: ['0/item', '1/item'], said: '' });
});

test('a plane without anything has one part, which is empty', async () => {
  const world = await memoryBag([DOCUMENTS], [{ store: 0, records: [] }]);
  expect(await find(world, 'kp-1/a')).toEqual({ found: [], parts: [1], count: 1, said: '' });
});

test.each([
  [
    'within a part',
    [['a', 'b'], ['d', 'c'], ['e']],
    'a',
    'index/shard-00002.jsonl is not in the order of its keys: reading all 3 parts of the index',
  ],
  [
    'from part to part',
    [['c', 'd'], ['b'], ['a', 'x']],
    'x',
    'index/shard-00003.jsonl is not in the order of its keys: reading all 3 parts of the index',
  ],
  [
    'because a key is outside of the store',
    [['a', 'b'], ['../c'], ['e']],
    'a',
    'index/shard-00002.jsonl names what its store cannot hold: reading all 3 parts of the index',
  ],
  [
    'because a part is empty',
    [['a', 'b'], [], ['e']],
    'a',
    'index/shard-00002.jsonl is empty: reading all 3 parts of the index',
  ],
])('an index whose order does not hold %s is read as a whole', async (_, parts, key, said) => {
  const world = await memoryBag(
    [DOCUMENTS],
    parts.map((keys) => ({
      store: 0,
      records: keys.map((name) => version(name.replace(/^(?!\.)/, 'kp-1/'))),
    })),
  );
  expect(await find(world, `kp-1/${key}`)).toMatchObject({ found: ['0/v1'], count: 3, said });
});

test('a part of a store that the plane does not have, or of two stores, is no order to rely on', async () => {
  const [a, b, c] = [version('kp-1/a'), version('kp-1/b'), version('kp-1/c')];
  const unknown = await memoryBag([DOCUMENTS], [...oneEach(0, [a]), ...oneEach(7, [b, c])]);
  expect(await find(unknown, 'kp-1/b')).toMatchObject({ found: ['7/v1'], count: 3 });
  const backwards = await memoryBag(
    [DOCUMENTS, COPIES],
    [...oneEach(1, [c]), ...oneEach(1, [b]), ...oneEach(0, [a])],
  );
  expect(await find(backwards, 'kp-1/a')).toMatchObject({ found: ['0/v1'], count: 3 });
});

test('what lies against the order in a part that is not read is found by reading every part', async () => {
  const keys = ['a', 'y', 'c', 'd', 'e', 'f', 'g', 'h'];
  const world = await memoryBag(
    [DOCUMENTS],
    oneEach(
      0,
      keys.map((key) => version(`kp-1/${key}`)),
    ),
  );
  expect(await find(world, 'kp-1/y')).toMatchObject({ found: [], count: 3 });
  expect(await find(world, 'kp-1/y', { everyPart: true })).toEqual({
    found: ['0/v1'],
    parts: [1, 2, 3, 4, 5, 6, 7, 8],
    count: 8,
    said: '',
  });
});

test('a part that is not the sealed one stops the search that needs it, and no other', async () => {
  const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const world = await memoryBag(
    [DOCUMENTS],
    oneEach(
      0,
      keys.map((key) => version(`kp-1/${key}`)),
    ),
  );
  world.replace('index/shard-00007.jsonl', '');
  world.remove('index/shard-00002.jsonl');
  await expect(find(world, 'kp-1/g')).rejects.toThrow(
    /^index\/shard-00007\.jsonl is not the one that was sealed: its SHA-256 is [0-9a-f]{64}$/,
  );
  await expect(find(world, 'kp-1/b')).rejects.toThrow(
    'index/shard-00002.jsonl is missing from the bag',
  );
  await expect(find(world, 'kp-1/e', { everyPart: true })).rejects.toThrow('index/shard-0000');
  world.partsRead();
  expect(await find(world, 'kp-1/e')).toMatchObject({ found: ['0/v1'], parts: [5, 3, 4, 6] });
});

test('the 100,000th shard comes behind the 99,999th', async () => {
  const keys = ['a', 'b', 'c', 'd', 'e'];
  const world = await memoryBag(
    [DOCUMENTS],
    oneEach(
      0,
      keys.map((key) => version(`kp-1/${key}`)),
    ),
    99_998,
  );
  expect(await find(world, 'kp-1/d')).toEqual({
    found: ['0/v1'],
    parts: [100_000, 100_002, 100_001],
    count: 3,
    said: '',
  });
});

/** Few characters, so that keys repeat and share beginnings; of one to four bytes in UTF-8, and one or two in UTF-16. */
const keyArbitrary = fc
  .array(fc.constantFrom('a', 'B', '/', '"', '\n', 'é', '\uFF5E', '\u{10000}'), { maxLength: 3 })
  .map((characters) => `kp-1/${characters.join('')}`);
const itemArbitrary = fc.integer({ min: -12, max: 12 }).map((n) => ({ N: String(n) }));

function bytewise(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

test('a search finds exactly what reading everything finds', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(keyArbitrary, { maxLength: 40 }),
      fc.array(keyArbitrary, { maxLength: 10 }),
      fc.uniqueArray(itemArbitrary, { maxLength: 12, selector: ({ N }) => N }),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.oneof(keyArbitrary, itemArbitrary.map(itemKey)), { minLength: 1, maxLength: 5 }),
      async (documents, copies, items, members, others) => {
        const versions = (keys: readonly string[]) =>
          keys.toSorted(bytewise).map((key, n) => version(key, `v${n}`));
        const sorted = items.toSorted((a, b) => Number(a.N) - Number(b.N)).map(item);
        const world = await memoryBag(
          [DOCUMENTS, CHUNKS, COPIES],
          [
            ...shardsOf(0, members, versions(documents)),
            ...shardsOf(1, members, sorted),
            ...shardsOf(2, members, versions(copies)),
          ],
        );
        for (const key of [...documents.slice(0, 3), ...copies.slice(0, 2), ...others]) {
          const searched = await find(world, key);
          const scanned = await find(world, key, { everyPart: true });
          expect([searched.found, searched.said]).toEqual([scanned.found, '']);
          expect(new Set(searched.parts).size).toBe(searched.parts.length);
        }
      },
    ),
    { numRuns: 300 },
  );
});
