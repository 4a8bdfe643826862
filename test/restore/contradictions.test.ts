import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ArchiveData } from '../../lambdas/core/ledger-state.ts';
import { JOURNEYS } from '../support/ledgers.ts';
import { type RestoreWorld, startRestoreWorld } from './restore-world.ts';

const MANIFEST = 'manifest-sha256.txt';
const TAG_MANIFEST = 'tagmanifest-sha256.txt';

/** An archived plane of one document and one item, which is not on record yet. */
let world: RestoreWorld;
let archive: ArchiveData;
beforeEach(async () => {
  world = await startRestoreWorld();
  await world.plane.put('a.md', 'a');
  await world.plane.putItem('c');
  const result = await world.plane.archive();
  if (!('data' in result)) throw new Error(result.message);
  archive = result.data as ArchiveData;
});
afterEach(() => world.close());

/** As if the archive had been sealed and recorded with this in it: every hash holds. */
async function record(changes: Partial<ArchiveData>): Promise<void> {
  const data = JSON.parse(JSON.stringify({ ...archive, ...changes }));
  const { archivedAt: at } = archive;
  await world.record(...JOURNEYS.DEACTIVATED, { type: 'TRANSITION', to: 'ARCHIVED', data, at });
}

/** @returns the SHA-256 of the file now */
async function rewrite(path: string, change: (text: string) => string): Promise<string> {
  const text = change((await world.readBag(path)).toString());
  await world.replaceInBag(path, Buffer.from(text));
  return createHash('sha256').update(text).digest('hex');
}

test('an index that names fewer objects than the ledger is damaged', async () => {
  await record({ objectCount: 3 });
  const run = await world.restore(['--all']);
  expect(run.ending).toBe('failed');
  expect(run.stderr).toContain('damaged: the index names 2 object(s), the ledger 3\n');
  expect((await world.index()).map(({ key }) => key)).toContain('kp-1/a.md');
});

test('a payload that no part of the index names is damage, and everything else is restored', async () => {
  const lost = 'data/shard-00009/objects.tar';
  const manifestHash = await rewrite(MANIFEST, (text) => `${text}${'0'.repeat(64)}  ${lost}\n`);
  const tagManifestHash = await rewrite(TAG_MANIFEST, (text) =>
    text.replace(archive.manifestHash, manifestHash),
  );
  await record({ manifestHash, tagManifestHash });
  const run = await world.restore(['--all']);
  expect(run.ending).toBe('failed');
  expect(run.stderr).toContain(`damaged: no part of the index names ${lost}\n`);
  expect(run.stderr).toContain('restore: 1 damage(s) found');
  expect(run.stdout).toContain('2 object(s) of');
});

test('a tag manifest that names another manifest than the ledger is not believed', async () => {
  const tagManifestHash = await rewrite(TAG_MANIFEST, (text) =>
    text.replace(archive.manifestHash, '0'.repeat(64)),
  );
  await record({ tagManifestHash });
  expect(await world.restore(['--all'])).toMatchObject({
    ending: 'failed',
    stdout: '',
    stderr: `restore: ${TAG_MANIFEST} names another manifest than the ledger does\n`,
  });
  expect((await world.files()).size).toBe(0);
});
