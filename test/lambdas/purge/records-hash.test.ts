import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoreRecord } from '../../../lambdas/core/store-record.ts';
import { chainRecords, NO_RECORDS, recordsHash } from '../../../lambdas/purge/records-hash.ts';

const object = {
  kind: 'object',
  key: 'kp-1/a.md',
  versionId: 'v1',
  etag: '"e1"',
  isLatest: true,
  size: 4,
  lastModified: '2027-11-22T10:00:00.000Z',
  storageClass: 'STANDARD',
} as const;
const marker = {
  kind: 'delete-marker',
  key: 'kp-1/a.md',
  versionId: 'v2',
  isLatest: true,
  lastModified: '2027-11-22T10:00:00.000Z',
} as const;
const item = { kind: 'item', key: '{"id":{"S":"1"}}', size: 9, sha256: 'a'.repeat(64) } as const;

const hashOfAll = (...records: readonly StoreRecord[]) =>
  recordsHash(chainRecords(NO_RECORDS, records));

test('is the hash it says it is', () => {
  // printf '["","kp-1/a.md","v1","\\"e1\\""]' | sha256sum, and of that the hash of ["…",""]
  expect(hashOfAll(object)).toBe(
    'b157c4b035a3aa4a0837bc963e415960557cfdcdf37da28417051a10cc03c8bf',
  );
  expect(hashOfAll()).toBe('439083f38956ba51ece90631552c6ea23c5c29570d3d5710e408e77e01ba7375');
});

test.each<[string, StoreRecord, StoreRecord]>([
  ['key', object, { ...object, key: 'kp-1/b.md' }],
  ['version', object, { ...object, versionId: 'v3' }],
  ['ETag', object, { ...object, etag: '"e2"' }],
  ["delete marker's key", marker, { ...marker, key: 'kp-1/b.md' }],
  ["delete marker's version", marker, { ...marker, versionId: 'v3' }],
  ["item's key", item, { ...item, key: '{"id":{"S":"2"}}' }],
  ["item's content", item, { ...item, sha256: 'b'.repeat(64) }],
])('another %s is another record', (_, one, other) => {
  expect(hashOfAll(object, one, marker)).not.toBe(hashOfAll(object, other, marker));
});

test('what may change of a record that stays the same is left out', () => {
  const moved = { ...object, storageClass: 'GLACIER', isLatest: false };
  expect(hashOfAll(moved)).toBe(hashOfAll(object));
});

test('does not depend on where a listing was cut, nor on how the two kinds alternate', () => {
  const record = fc.oneof(
    fc.string().map((key) => ({ ...object, key })),
    fc.string().map((key) => ({ ...marker, key })),
  );
  fc.assert(
    fc.property(fc.array(record), fc.array(fc.nat(20)), (records, cuts) => {
      const pages = [...cuts.toSorted((a, b) => a - b), records.length].map((end, index, ends) =>
        records.slice(ends[index - 1] ?? 0, end),
      );
      const apart = records.toSorted((a, b) => a.kind.localeCompare(b.kind));
      expect(recordsHash(pages.reduce(chainRecords, NO_RECORDS))).toBe(hashOfAll(...records));
      expect(hashOfAll(...apart)).toBe(hashOfAll(...records));
    }),
  );
});
