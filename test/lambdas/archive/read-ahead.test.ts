import { expect, test } from 'vitest';
import { readAhead } from '../../../lambdas/archive/read-ahead.ts';

const limits = { readsAtOnce: 3, readAheadMembers: 3, readAheadBytes: 100 };

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of source) all.push(value);
  return all;
}

test('what is read in any order is yielded in its own', async () => {
  const read = async (item: number) => {
    for (let turn = 0; turn < 10 - item; turn += 1) await Promise.resolve();
    return item * 10;
  };
  expect(await collect(readAhead([1, 2, 3, 4, 5], () => 1, read, limits))).toEqual([
    [1, 10],
    [2, 20],
    [3, 30],
    [4, 40],
    [5, 50],
  ]);
});

test.each([
  ['members', Array.from({ length: 9 }, () => 1), 4],
  ['bytes', Array.from({ length: 9 }, () => 60), 1],
  ['bytes, but one at least', [500, 500, 500], 1],
])('no more is held than the limit of %s', async (_, sizes, most) => {
  let held = 0;
  let peak = 0;
  const read = async (size: number) => {
    held += 1;
    peak = Math.max(peak, held);
    return size;
  };
  for await (const [size] of readAhead(sizes, (each) => each, read, limits)) {
    expect(size).toBeGreaterThan(0);
    held -= 1;
  }
  // While one is being consumed, the members behind it may be on their way.
  expect(peak).toBeLessThanOrEqual(most);
});

test('one slow read does not keep the others from being read', async () => {
  let letGo = () => {};
  const slow = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const started: number[] = [];
  const read = async (item: number) => {
    started.push(item);
    if (item === 1) await slow;
    return item;
  };
  const all = collect(
    readAhead([1, 2, 3, 4, 5, 6], () => 1, read, {
      readsAtOnce: 2,
      readAheadMembers: 4,
      readAheadBytes: 100,
    }),
  );
  await new Promise((resolve) => setImmediate(resolve));
  // Four ahead of the one that is waited for.
  expect(started).toEqual([1, 2, 3, 4, 5]);
  letGo();
  expect((await all).map(([item]) => item)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('a consumer that stops has nothing more read for it', async () => {
  const started: number[] = [];
  const read = async (item: number) => started.push(item);
  for await (const _ of readAhead([1, 2, 3, 4, 5, 6, 7, 8], () => 1, read, limits)) break;
  await new Promise((resolve) => setImmediate(resolve));
  expect(started.length).toBeLessThan(8);
});

test('the first failure ends it, and those behind it are not left unhandled', async () => {
  const read = async (item: number) => {
    if (item >= 2) throw new Error(`cannot read ${item}`);
    return item;
  };
  await expect(collect(readAhead([1, 2, 3], () => 1, read, limits))).rejects.toThrow(
    'cannot read 2',
  );
});

test('nothing to read, nothing to yield', async () => {
  expect(
    await collect(
      readAhead(
        [],
        () => 1,
        async () => 1,
        limits,
      ),
    ),
  ).toEqual([]);
});
