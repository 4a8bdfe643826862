import { afterEach, expect, test } from 'vitest';
import { inventoryLine } from '../../../lambdas/core/inventory.ts';
import { vaultLayout } from '../../../lambdas/core/vault-layout.ts';
import { type ArchiveWorld, startArchiveWorld } from '../../support/archive-world.ts';
import { OFFBOARDING_ID, PLANE_ID } from '../../support/builders.ts';

let world: ArchiveWorld;
afterEach(() => world.close());

const LAYOUT = vaultLayout(PLANE_ID, OFFBOARDING_ID);
const REFUSED = {
  status: 'failure',
  errorCode: 'ARCHIVE_FAILED',
  message: 'the member list of shard 00001 is not the one that was planned',
};

/** Puts a document that nobody inventoried on the list of members, as an inventory would have it. */
async function listOneMore(): Promise<void> {
  await world.put('late.md', 'late');
  const lines: string[] = [];
  for await (const page of world.open(world.documents).inventory())
    lines.push(...page.map((record) => `${inventoryLine(record)}\n`));
  await world.vault.writeText(LAYOUT.inventoryKey('00001'), lines.join(''));
}

test('a packer refuses a list of members with one document more', async () => {
  world = await startArchiveWorld();
  await world.put('a.md', 'a');
  await world.run('plan');
  await listOneMore();
  const [shard] = await world.shards();
  if (!shard) throw new Error('no shard');
  expect(await world.pack(shard)).toMatchObject(REFUSED);
});

test('an eviction refuses a list of members with one document more, and takes nothing', async () => {
  world = await startArchiveWorld();
  await world.put('a.md', 'a');
  await world.planAndPack();
  await world.run('seal');
  await listOneMore();
  expect(await world.run('evict')).toMatchObject(REFUSED);
  expect((await world.open(world.documents).measure()).count).toBe(2);
});
