import { expect, test } from 'vitest';
import { indexLine, parseIndex } from '../../lambdas/core/archive-index.ts';
import type { StoreRecord } from '../../lambdas/core/store-record.ts';

const SHA256 = 'a'.repeat(64);
const object: StoreRecord = {
  kind: 'object',
  key: 'kp-1/line\nbreak "quoted".md',
  versionId: 'v1',
  isLatest: true,
  size: 5,
  etag: '"e"',
  lastModified: '2026-11-22T10:00:00.000Z',
  storageClass: 'STANDARD',
};
const marker: StoreRecord = {
  kind: 'delete-marker',
  key: 'kp-1/a',
  versionId: 'v2',
  isLatest: true,
  lastModified: '2026-11-22T10:00:00.000Z',
};
const item: StoreRecord = { kind: 'item', key: '{"id":{"S":"a"}}', size: 16, sha256: SHA256 };

const objectPlace = {
  sha256: SHA256,
  payload: 'data/shard-00001/objects.tar',
  offset: 512,
  length: 5,
};
const properties = { contentType: 'text/markdown', metadata: { owner: 'legal' } };
const itemPlace = {
  sha256: SHA256,
  payload: 'data/shard-00002/items.jsonl.gz',
  offset: 0,
  length: 60,
  gunzip: { offset: 8, length: 16 },
};

const TEXT = [
  indexLine(0, 1, object, { ...objectPlace, properties }),
  indexLine(0, 2, marker, {}),
  indexLine(1, 1, item, itemPlace),
]
  .map((line) => `${line}\n`)
  .join('');

test('what was written into the index is read back from it', () => {
  const [first, second, third, ...more] = parseIndex(TEXT);
  expect(more).toEqual([]);
  expect(first).toMatchObject({
    store: 0,
    member: 1,
    record: object,
    place: objectPlace,
    properties,
  });
  expect(second).toEqual({ store: 0, member: 2, record: marker });
  expect(third).toEqual({ store: 1, member: 1, record: item, place: itemPlace });
});

test('entries of one key are found by the whole key', () => {
  expect(parseIndex(TEXT, object.key).map(({ member }) => member)).toEqual([1]);
  expect(parseIndex(TEXT, item.key).map(({ store }) => store)).toEqual([1]);
  expect(parseIndex(TEXT, 'kp-1/')).toEqual([]);
  expect(parseIndex(TEXT, 'id')).toEqual([]);
});
