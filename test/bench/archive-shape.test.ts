import { expect, test } from 'vitest';
import { archiveShape, mixedShape, wayOf } from '../../bench/archive-shape.ts';

const KB = 1024;
const MB = 1024 ** 2;
const GB = 1024 ** 3;

// By hand from lambdas/core/archive-limits.ts: 5,000 members or 512 MiB a shard, parts of 16 MiB, copies from 8 MiB on.
test.each([
  // 5,000 members of 20.5 KB with their headers are 100 MiB, so 7 parts.
  ['10,000 x 20 KB', { objects: 10_000, objectBytes: 20 * KB }, 2, 2, 14, 10, 10],
  ['10,001 x 20 KB', { objects: 10_001, objectBytes: 20 * KB }, 3, 3, 15, 11, 11],
  ['10 million x 20 KB', { objects: 1e7, objectBytes: 20 * KB }, 2000, 2000, 14_000, 1e4, 1e4],
  // 512 members of 1 MiB and their headers are a little more than 512 MiB: 33 parts.
  ['1,000 x 1 MB', { objects: 1000, objectBytes: MB }, 2, 2, 33 + 31, 1, 2],
  // 80 copies of 256 MiB are the 20 GiB of a shard.
  ['100 x 256 MB', { objects: 100, objectBytes: 256 * MB }, 2, 100, 0, 1, 2],
  ['3 x 5 GB', { objects: 3, objectBytes: 5 * GB }, 1, 3, 0, 1, 1],
  ['7 empty ones', { objects: 7, objectBytes: 0 }, 1, 1, 1, 1, 1],
])('%s', (_, size, shards, payloads, parts, pages, batches) => {
  const { objects } = size;
  expect(archiveShape(size)).toEqual({ objects, shards, payloads, parts, pages, batches });
});

test.each([
  [8 * MB - 1, 'packed'],
  [8 * MB, 'copied'],
  [5 * GB, 'copied'],
  [5 * GB + 1, 'copied by parts'],
])('%d bytes are %s', (objectBytes, way) => {
  expect(wayOf(objectBytes)).toBe(way);
});

test('several sizes have the shards of each, and are listed together', () => {
  const sizes = [
    { objects: 10_001, objectBytes: 20 * KB },
    { objects: 200, objectBytes: 6 * GB },
  ];
  expect(mixedShape(sizes)).toEqual({
    objects: 10_201,
    // Three objects of 6 GB are a shard.
    shards: 3 + 67,
    payloads: 3 + 200,
    parts: 15,
    pages: 11,
    batches: 11 + 67,
  });
});
