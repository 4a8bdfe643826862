import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ARCHIVE_LIMITS } from '../../lambdas/core/archive-limits.ts';
import { EMPTY_LOAD, isCopied, loadWith, shardId, shardSchema } from '../../lambdas/core/shard.ts';
import type { StoreRecord } from '../../lambdas/core/store-record.ts';

const limits = {
  ...ARCHIVE_LIMITS,
  shardMembers: 4,
  shardPackedBytes: 100,
  shardCopiedBytes: 1000,
  copyFromBytes: 50,
};

const object = (size: number): StoreRecord => ({
  kind: 'object',
  key: 'kp-1/a',
  versionId: 'v1',
  isLatest: true,
  size,
  etag: '"e"',
  lastModified: '2026-01-01T00:00:00.000Z',
  storageClass: 'STANDARD',
});

test('a shard takes members until the next one would not fit', () => {
  const load = loadWith(loadWith(EMPTY_LOAD, object(49), limits) ?? EMPTY_LOAD, object(49), limits);
  expect(load).toEqual({ members: 2, packedBytes: 98, copiedBytes: 0 });
  expect(loadWith(load ?? EMPTY_LOAD, object(3), limits)).toBeUndefined();
  expect(loadWith(load ?? EMPTY_LOAD, object(2), limits)?.packedBytes).toBe(100);
});

test('large objects are copied and do not fill the tar', () => {
  expect([object(49), object(50)].map((record) => isCopied(record, limits))).toEqual([false, true]);
  expect(loadWith(EMPTY_LOAD, object(900), limits)).toEqual({
    members: 1,
    packedBytes: 0,
    copiedBytes: 900,
  });
});

test('a record above every limit has a shard to itself', () => {
  expect(loadWith(EMPTY_LOAD, object(5000), limits)?.copiedBytes).toBe(5000);
});

test('whatever the sizes, no shard of more than one member exceeds a limit', () => {
  const narrow = { ...limits, shardCopiedBytes: 500 };
  fc.assert(
    fc.property(fc.array(fc.nat(300), { maxLength: 60 }), (sizes) => {
      let load = EMPTY_LOAD;
      let members: number[] = [];
      for (const size of sizes) {
        const next = loadWith(load, object(size), narrow);
        if (!next) members = [];
        members.push(size);
        load = next ?? loadWith(EMPTY_LOAD, object(size), narrow) ?? EMPTY_LOAD;
        const sum = (some: readonly number[]) => some.reduce((total, each) => total + each, 0);
        const packed = sum(members.filter((each) => each < 50));
        const copied = sum(members.filter((each) => each >= 50));
        expect(load).toEqual({ members: members.length, packedBytes: packed, copiedBytes: copied });
        if (members.length === 1) continue;
        expect(members.length).toBeLessThanOrEqual(4);
        expect(packed).toBeLessThanOrEqual(100);
        expect(copied).toBeLessThanOrEqual(500);
      }
    }),
  );
});

test('shard ids sort as they count', () => {
  expect([shardId(1), shardId(42), shardId(123_456)]).toEqual(['00001', '00042', '123456']);
});

test.each([
  ['no id', { shardId: '' }],
  ['a path as id', { shardId: '../1' }],
  ['a negative count', { objectCount: -1 }],
  ['a field nobody knows', { extra: 1 }],
])('a shard with %s is refused', (_, change) => {
  const shard = {
    shardId: '00001',
    plan: 1,
    store: 0,
    membersBucket: 'vault',
    membersKey: 'planes/kp/off/work/inventory/part-00001.jsonl',
    membersSha256: 'a'.repeat(64),
    objectCount: 1,
    deleteMarkerCount: 0,
    bytes: 1,
  };
  expect(shardSchema.safeParse(shard).success).toBe(true);
  expect(shardSchema.safeParse({ ...shard, ...change }).success).toBe(false);
});
