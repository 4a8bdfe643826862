import { afterEach, expect, test } from 'vitest';
import { vaultLayout } from '../../../lambdas/core/vault-layout.ts';
import { type ArchiveWorld, startArchiveWorld } from '../../support/archive-world.ts';
import { OFFBOARDING_ID, PLANE_ID } from '../../support/builders.ts';

let world: ArchiveWorld;
afterEach(() => world.close());

const LAYOUT = vaultLayout(PLANE_ID, OFFBOARDING_ID);

async function startSealed(): Promise<void> {
  world = await startArchiveWorld();
  for (const key of ['a.md', 'b.md']) await world.put(key, key);
  await world.planAndPack();
  await world.run('seal');
}

async function expectNothingEvicted(): Promise<void> {
  expect(await world.run('evict')).toMatchObject({
    status: 'failure',
    errorCode: 'INTEGRITY_MISMATCH',
  });
  expect((await world.open(world.documents).measure()).count).toBe(2);
}

test.each(['manifest-sha256.txt', 'tagmanifest-sha256.txt'])(
  'nothing is evicted when one byte of %s is another one',
  async (path) => {
    await startSealed();
    const key = LAYOUT.bagKey(path);
    const text = (await world.vault.readText(key)) ?? '';
    await world.vault.writeText(key, `${text.startsWith('0') ? '1' : '0'}${text.slice(1)}`);
    await expectNothingEvicted();
  },
);

test('nothing is evicted from a bag with one file more, even an empty one', async () => {
  await startSealed();
  await world.vault.writeText(LAYOUT.bagKey('data/unasked'), '');
  await expectNothingEvicted();
});

test('nothing is evicted from a bag with as many files of another size', async () => {
  await startSealed();
  await world.vault.writeText(LAYOUT.bagKey('data/shard-00001/objects.tar'), 'forged');
  await expectNothingEvicted();
});
