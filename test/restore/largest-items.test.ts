import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, test } from 'vitest';
import { ARCHIVE_LIMITS } from '../../lambdas/core/archive-limits.ts';
import { canonicalItem } from '../../lambdas/stores/canonical-item.ts';
import { SMALL_LIMITS } from '../support/archive-world.ts';
import { largestItem } from '../support/largest-item.ts';
import { type RestoreWorld, startRestoreWorld } from './restore-world.ts';

let world: RestoreWorld;
afterEach(() => world.close());

/** As JSON, binary is a third longer than in DynamoDB, and some characters are six times as long. */
const CONTENTS: Readonly<Record<string, (bytes: number) => AttributeValue>> = {
  binary: (bytes) => ({ B: new Uint8Array(bytes).map((_, index) => index) }),
  controls: (bytes) => ({ S: '\u0001'.repeat(bytes) }),
  text: (bytes) => ({ S: 'x'.repeat(bytes) }),
};

test.each([
  ['in blocks smaller than they are', SMALL_LIMITS],
  ['in the blocks of the product', ARCHIVE_LIMITS],
])('items of 400 KB are archived and restored, %s', async (_, limits) => {
  world = await startRestoreWorld({ limits });
  const originals = Object.entries(CONTENTS).map(([chunk, content]) =>
    largestItem({ planeId: { S: 'kp-1' }, chunk: { S: chunk } }, content),
  );
  for (const { chunk, ...attributes } of originals)
    await world.plane.putItem(chunk?.S ?? '', attributes);
  expect(await world.archive()).toMatchObject({ objectCount: 3 });
  expect(await world.plane.open(world.plane.chunks).measure()).toMatchObject({ count: 0 });
  expect(await world.restore(['--all'])).toMatchObject({ ending: 'done' });
  const files = await world.files();
  const lines = (await world.index()).map(
    ({ file = '', line = 0 }) => files.get(file)?.toString().split('\n')[line - 1],
  );
  expect(lines).toEqual(originals.map((item) => `{"Item":${canonicalItem(item)}}`));
});

test('an item of one byte more is none', async () => {
  world = await startRestoreWorld();
  const { filled, ...attributes } = largestItem({ planeId: { S: 'kp-1' }, chunk: { S: 'c' } });
  const tooLong = { ...attributes, filled: { S: `${filled?.S}x` } };
  await expect(world.plane.putItem('c', tooLong)).rejects.toThrow(/size/);
});
