import { createHash } from 'node:crypto';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ArchiveData } from '../../lambdas/core/ledger-state.ts';
import { PLANE_ID, TIMES } from '../support/builders.ts';
import { approvalRequested, approved, gatePassed, JOURNEYS } from '../support/ledgers.ts';
import { BAG, forgeEntry, type RestoreWorld, startRestoreWorld } from './restore-world.ts';

let world: RestoreWorld;
beforeEach(async () => {
  world = await startRestoreWorld();
});
afterEach(() => world.close());

/** One shard of two small documents and a large one, and one of items. */
async function archivePlane(): Promise<void> {
  await world.plane.put('a.md', 'the first document');
  await world.plane.put('b.md', 'the second document');
  await world.plane.put('large.bin', Buffer.alloc(40_000, 'large'));
  for (let n = 0; n < 3; n += 1)
    await world.plane.putItem(`c${n}`, { text: { S: `chunk ${n} `.repeat(9) } });
  await world.archive();
}

const OBJECTS = 'data/shard-00001/objects.tar';
const LARGE = 'data/shard-00001/object-000003';
const ITEMS = 'data/shard-00002/items.jsonl.gz';

async function flip(path: string, find: string | number): Promise<void> {
  await world.thaw(path.startsWith('data/') ? [path] : []);
  const bytes = await world.readBag(path);
  const at = typeof find === 'number' ? find : bytes.indexOf(find);
  if (at < 0 || at >= bytes.length) throw new Error(`${path} holds no ${find}`);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await world.replaceInBag(path, bytes);
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

async function restoredFiles(): Promise<readonly string[]> {
  const files = await world.files();
  return [...files.keys()].map((file) => file.replace(/~[0-9a-f]{32}/, '')).sort();
}

test('a flipped byte in a document is found and named; everything else is restored', async () => {
  await archivePlane();
  await flip(OBJECTS, 'the second');
  const run = await world.restore(['--all']);
  expect(run.ending).toBe('failed');
  const [document, payload, summary] = run.stderr
    .split('\n')
    .filter((line) => /^(damaged|restore):/.test(line));
  expect(document).toMatch(
    /^damaged: document "kp-1\/b\.md", version \S+, in data\/shard-00001\/objects\.tar is damaged: its SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64}$/,
  );
  expect(payload).toMatch(/^damaged: data\/shard-00001\/objects\.tar is damaged: its SHA-256 is /);
  expect(summary).toBe('restore: 2 damage(s) found; what is not damaged was restored');
  expect(await restoredFiles()).toEqual([
    'index.jsonl',
    'plane.json',
    'store-0/kp-1/a.md',
    'store-0/kp-1/large.bin',
    'store-1/items-00002.jsonl',
  ]);
  const [damaged] = (await world.index()).filter((entry) => entry.key === 'kp-1/b.md');
  expect(damaged).toMatchObject({ damaged: true, size: 19 });
  expect(damaged).not.toHaveProperty('file');
  expect(await world.restore(['--document', 'kp-1/a.md'])).toMatchObject({ ending: 'done' });
  expect(await world.restore(['--document', 'kp-1/b.md'])).toMatchObject({ ending: 'failed' });
});

test('a flipped byte that belongs to no document is found as well', async () => {
  await archivePlane();
  await flip(OBJECTS, 600);
  const run = await world.restore(['--all']);
  expect(run.stderr).toMatch(/damaged: data\/shard-00001\/objects\.tar is damaged/);
  expect(run.stderr).toContain('restore: 1 damage(s) found');
  expect(run.stdout).toContain('6 object(s) of 40.4 KB restored now, 0 file(s) withheld');
});

test.each([
  ['in a copied document', LARGE, 20_000, /document "kp-1\/large\.bin", .* is damaged/],
  ['in the items', ITEMS, 40, /item "\{\\"chunk\\".* is damaged/],
])('a flipped byte %s is named, and nothing of it is left', async (_, path, at, message) => {
  await archivePlane();
  await flip(path, at);
  const run = await world.restore(['--all']);
  expect(run.ending).toBe('failed');
  expect(run.stderr).toMatch(message);
  expect(run.stdout).toContain('1 file(s) withheld');
  expect((await restoredFiles()).length).toBe(5);
});

test('a payload that is cut short loses what lies behind the cut, and only that', async () => {
  await archivePlane();
  await world.thaw([OBJECTS]);
  await world.replaceInBag(OBJECTS, (await world.readBag(OBJECTS)).subarray(0, 1200));
  const run = await world.restore(['--all']);
  expect(run.stderr).toMatch(
    /damaged: data\/shard-00001\/objects\.tar is damaged: its SHA-256 is /,
  );
  expect(await restoredFiles()).toContain('store-0/kp-1/a.md');
  expect(await restoredFiles()).not.toContain('store-0/kp-1/b.md');
  expect(run.stdout).toContain('1 file(s) withheld');
});

test('a payload that is gone is named', async () => {
  await archivePlane();
  await world.plane.s3.send(new DeleteObjectCommand({ Bucket: 'vault', Key: BAG + LARGE }));
  const all = await world.restore(['--all']);
  expect(all.ending).toBe('failed');
  expect(all.stderr).toContain(`damaged: ${LARGE} is missing from the bag`);
  const one = await world.restore(['--document', 'kp-1/large.bin']);
  expect(one).toMatchObject({
    ending: 'failed',
    stderr: `restore: ${LARGE} is missing from the bag\n`,
  });
});

test('a flipped byte in the index is found, and the other parts are restored', async () => {
  await archivePlane();
  await flip('index/shard-00001.jsonl', '"size"');
  const all = await world.restore(['--all']);
  expect(all.ending).toBe('failed');
  expect(all.stderr).toMatch(
    /damaged: index\/shard-00001\.jsonl is not the one that was sealed: its SHA-256 is [0-9a-f]{64}\n/,
  );
  expect(await restoredFiles()).toEqual(['index.jsonl', 'plane.json', 'store-1/items-00002.jsonl']);
  expect(await world.restore(['--document', 'kp-1/a.md'])).toMatchObject({ ending: 'failed' });
});

test.each([
  'manifest-sha256.txt',
  'tagmanifest-sha256.txt',
  'plane.json',
  'bagit.txt',
  'bag-info.txt',
])('a flipped byte in %s is named, and nothing is restored', async (path) => {
  await archivePlane();
  await flip(path, 7);
  const run = await world.restore(['--all']);
  expect(run).toMatchObject({ ending: 'failed', stdout: '', pauses: [] });
  expect(run.stderr).toMatch(
    new RegExp(`^restore: ${path} is not the one that was sealed: its SHA-256 is [0-9a-f]{64}\n$`),
  );
  expect(await restoredFiles()).toEqual([]);
});

test('an index that was forged together with the tag manifest is not the one of the ledger', async () => {
  await archivePlane();
  const path = 'index/shard-00001.jsonl';
  const index = await world.readBag(path);
  const forged = Buffer.from(index.toString().replace('kp-1/a.md', 'kp-1/z.md'));
  const tags = (await world.readBag('tagmanifest-sha256.txt')).toString();
  await world.replaceInBag(path, forged);
  await world.replaceInBag(
    'tagmanifest-sha256.txt',
    Buffer.from(tags.replace(sha256(index), sha256(forged))),
  );
  const run = await world.restore(['--document', 'kp-1/z.md']);
  expect(run.ending).toBe('failed');
  expect(run.stderr).toMatch(/^restore: tagmanifest-sha256\.txt is not the one that was sealed/);
});

test('an archive from before the ledger named the tag manifest is read by what it has', async () => {
  await world.plane.put('a.md', 'a');
  const result = await world.plane.archive();
  const { tagManifestHash: _, ...data } = 'data' in result ? (result.data as ArchiveData) : {};
  await world.record(...JOURNEYS.DEACTIVATED, {
    type: 'TRANSITION',
    to: 'ARCHIVED',
    data,
    at: TIMES.archived,
  });
  const run = await world.restore(['--all']);
  expect(run.ending).toBe('done');
  expect(run.stderr).toContain(
    `the ledger of ${PLANE_ID} vouches for the payloads, but not for the index: it was archived before the index had a hash there\n`,
  );
});

test('a ledger whose chain does not hold is not believed', async () => {
  await archivePlane();
  await forgeEntry(world, 2, 'somebody else');
  expect(await world.restore(['--all'])).toMatchObject({
    ending: 'failed',
    stderr: `restore: ledger entry 2 of ${PLANE_ID}: its content does not match its hash\n`,
  });
});

test.each([
  ['an unknown plane', [], /knows no plane kp_\S+: the id is wrong, or it was never offboarded$/],
  ['a plane that is not archived', JOURNEYS.DEACTIVATED, /is DEACTIVATED: it has no archive$/],
  ['a purged plane', JOURNEYS.PURGED, /is PURGED: its archive was destroyed$/],
])('%s has nothing to restore', async (_, steps, message) => {
  await world.record(...steps);
  const run = await world.restore(['--all']);
  expect(run).toMatchObject({ ending: 'failed', stdout: '' });
  expect(run.stderr.trimEnd()).toMatch(message);
});

test('a table that is not there is named', async () => {
  expect(await world.restore(['--all', '--ledger-table', 'elsewhere'])).toMatchObject({
    ending: 'failed',
    stderr: 'restore: there is no table elsewhere in this account and region\n',
  });
});

test('wrong arguments are answered with the usage', async () => {
  const run = await world.restore(['--everything']);
  expect(run).toMatchObject({ ending: 'usage', stdout: '' });
  expect(run.stderr).toMatch(/^restore: Unknown option '--everything'.*\n\nnpm run restore -- /s);
  expect(await world.restore(['--help'])).toMatchObject({ ending: 'done', stderr: '' });
});

test('a purge that has been allowed is said beforehand', async () => {
  await world.plane.put('a.md', 'a');
  const archive = await world.archive();
  await world.record(
    ...JOURNEYS.DEACTIVATED,
    { type: 'TRANSITION', to: 'ARCHIVED', data: { ...archive }, at: archive.archivedAt },
    approvalRequested,
    approved,
    gatePassed('PURGED'),
  );
  const run = await world.restore(['--all']);
  expect(run.ending).toBe('done');
  expect(run.stderr).toMatch(/^the purge of kp_\S+ has been allowed: parts of its archive may be/);
});
