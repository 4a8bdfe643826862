import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { ListObjectVersionsCommand, S3ServiceException } from '@aws-sdk/client-s3';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { canonicalItem, parseCanonicalItem } from '../../lambdas/stores/canonical-item.ts';
import { type RestoreWorld, startRestoreWorld } from './restore-world.ts';

let world: RestoreWorld;
beforeEach(async () => {
  world = await startRestoreWorld();
});
afterEach(() => world.close());

const SMALL = 'x'.repeat(3000);
const LARGE = Buffer.alloc(40_000, 'copied as a whole ');
const HUGE = Buffer.alloc(150_000, 'copied by parts ');
const LONG_KEY = 'd/'.repeat(300).padEnd(1019, 'k');
const NUMBER_38 = '12345678901234567890123456789012345678';

/** What was put, in the order in which S3 lists it per key: the newest first. */
const DOCUMENTS: readonly (readonly [
  key: string,
  versions: readonly (string | Buffer | null)[],
])[] = [
  ['readme.md', ['second', 'first']],
  ['README.md', ['another in capitals']],
  ['empty', [Buffer.alloc(0)]],
  ['../../../escape.md', ['climbs out']],
  ['/absolute', ['begins at the root']],
  ['folder/', ['a key that ends in a slash']],
  ['folder/inside.md', ['in that folder']],
  ['%2F..%2f/%25', ['percent']],
  ['with "quotes", \'more\' and spaces', ['quotes']],
  ['line\nbreak\ttab', ['controls']],
  ['ünï/😀/\u0075\u0308', ['unicode']],
  ['back\\slash:colon*star?', ['what other systems forbid']],
  [LONG_KEY, ['a key of 1,024 bytes']],
  ['hidden.md', [null, 'under a delete marker']],
  ['came-back.md', ['after', null, 'before']],
  ['large.bin', [LARGE, 'small once']],
  ['huge.bin', [HUGE]],
  ['large %2F+ü?versionId=null#.bin', [Buffer.from(LARGE).fill('new', 39_000), LARGE]],
  ['huge "%25"\n😀.bin', [Buffer.from(HUGE).fill('new', 149_000), HUGE]],
  ...Array.from({ length: 8 }, (_, n) => [`page-${n}.md`, [`${n}${SMALL}`]] as const),
];

const ITEMS: Readonly<Record<string, Record<string, AttributeValue>>> = {
  plain: { text: { S: 'a text with \u2028, "quotes" and\nlines' } },
  numbers: { digits: { N: NUMBER_38 }, tiny: { N: '-0.000000000000000000001' } },
  binary: { bytes: { B: new Uint8Array([0, 1, 254, 255]) }, none: { B: new Uint8Array([]) } },
  sets: {
    strings: { SS: ['b', 'a'] },
    numbers: { NS: ['10', '9', NUMBER_38] },
    binaries: { BS: [new Uint8Array([2]), new Uint8Array([1, 0])] },
  },
  nested: {
    list: { L: [{ NULL: true }, { BOOL: false }, { M: { __proto__x: { S: '' } } }] },
    map: { M: { 'ünï ': { S: 'x' } } },
  },
  big: { text: { S: 'q'.repeat(300_000) } },
};

async function putPlane(): Promise<void> {
  for (const [key, versions] of DOCUMENTS)
    for (const version of versions.toReversed())
      if (version === null) await world.plane.hide(key);
      else await world.plane.put(key, version);
  await world.plane.put('neighbour.md', 'not ours', 'kp-10/');
  for (const [chunk, attributes] of Object.entries(ITEMS))
    await world.plane.putItem(chunk, attributes);
}

/** Every version and delete marker as S3 lists it, before anything is archived. */
async function listPlane() {
  const { Versions = [], DeleteMarkers = [] } = await world.plane.s3.send(
    new ListObjectVersionsCommand({ Bucket: 'documents', Prefix: 'kp-1/', EncodingType: 'url' }),
  );
  const named = ({ Key = '', VersionId, IsLatest }: (typeof DeleteMarkers)[number]) => ({
    key: decodeURIComponent(Key.replaceAll('+', ' ')),
    versionId: VersionId,
    isLatest: IsLatest,
  });
  return { versions: Versions.map(named), markers: DeleteMarkers.map(named) };
}

test('a restored plane is the original, byte for byte', async () => {
  await putPlane();
  const before = await listPlane();
  const archive = await world.archive();
  const run = await world.restore(['--all']);
  expect(run).toMatchObject({ ending: 'done' });

  const index = await world.index();
  const files = await world.files();
  const objects = index.filter(({ kind }) => kind === 'object');
  const identity = ({ key, versionId, isLatest }: (typeof index)[number]) => ({
    key,
    versionId,
    isLatest,
  });
  const sorted = <T>(list: readonly T[]) => list.map((each) => JSON.stringify(each)).sort();
  expect(sorted(objects.map(identity))).toEqual(sorted(before.versions));
  expect(sorted(index.filter(({ kind }) => kind === 'delete-marker').map(identity))).toEqual(
    sorted(before.markers),
  );
  for (const [key, versions] of DOCUMENTS) {
    const restored = objects
      .filter((entry) => entry.key === `kp-1/${key}`)
      .map(({ file = '' }) => files.get(file));
    expect([key, restored.map(String)]).toEqual([
      key,
      versions.filter((version) => version !== null).map(String),
    ]);
  }

  const items = index.filter(({ kind }) => kind === 'item');
  const restoredItems = items.map(({ file = '', line = 0 }) => {
    const text = files.get(file)?.toString('utf8').split('\n')[line - 1] ?? '';
    return parseCanonicalItem(JSON.stringify(JSON.parse(text).Item));
  });
  const byChunk = new Map(restoredItems.map((item) => [item.chunk?.S, item]));
  expect(byChunk.size).toBe(6);
  for (const [chunk, attributes] of Object.entries(ITEMS)) {
    const original = { planeId: { S: 'kp-1' }, chunk: { S: chunk }, ...attributes };
    const restored = byChunk.get(chunk) ?? {};
    expect(canonicalItem(restored)).toBe(canonicalItem(original));
    expect(unmarshall(restored, { wrapNumbers: true })).toEqual(
      unmarshall(parseCanonicalItem(canonicalItem(original)), { wrapNumbers: true }),
    );
  }
  for (const { file = '', sha256, kind } of objects)
    expect([
      kind,
      createHash('sha256')
        .update(files.get(file) ?? '')
        .digest('hex'),
    ]).toEqual([kind, sha256]);
  expect(objects.length + items.length).toBe(archive.objectCount);
  expect(before.versions.length).toBe(32);

  // Nothing else was written: neither beside the folder nor under a temporary name.
  const named = new Set(index.flatMap(({ file }) => file ?? []));
  expect([...files.keys()].filter((file) => !named.has(file)).sort()).toEqual([
    'index.jsonl',
    'plane.json',
  ]);
  expect(run.stdout).toBe(
    `${world.folder}: 38 object(s) in the archive and 2 delete marker(s); ` +
      `38 object(s) of 894.9 KB restored now, 0 file(s) withheld\n`,
  );
});

test('says what it waits for, and looks again less and less often', async () => {
  await putPlane();
  await world.archive();
  const run = await world.restore(['--all', '--days', '3']);
  expect(run.stderr).toMatch(
    /^\d+ payload\(s\) of [\d.]+ KB lie in DEEP_ARCHIVE, where nothing can be read: asked S3 for copies \(Standard, kept for 3 days\), readable by about 2027-03-01 22:00 UTC at the latest\n/,
  );
  expect(run.stderr).toMatch(
    /waiting for S3: \d+ payload\(s\) not readable yet; looking again at 2027-03-01 10:01 UTC\n/,
  );
  const minutes = run.pauses.map((ms) => ms / 60_000);
  expect(minutes.slice(0, 6)).toEqual([1, 2, 4, 8, 15, 15]);
  expect(minutes.reduce((sum, each) => sum + each, 0)).toBe(720);
});

test('without waiting it asks and ends, and goes on when it is called again', async () => {
  await putPlane();
  await world.archive();
  const asked = await world.restore(['--all', '--no-wait', '--tier', 'Bulk']);
  expect(asked).toMatchObject({ ending: 'not-yet', stdout: '', pauses: [] });
  expect(asked.stderr).toContain('readable by about 2027-03-03 10:00 UTC at the latest');
  expect([...(await world.files()).keys()]).toEqual(['plane.json']);

  const tooEarly = await world.restore(['--all', '--no-wait']);
  expect(tooEarly.ending).toBe('not-yet');
  expect(tooEarly.stderr).not.toContain('asked S3');

  world.plane.advanceHours(48);
  expect(await world.restore(['--all', '--no-wait'])).toMatchObject({ ending: 'done', pauses: [] });
});

test('a run that broke off goes on: what is whole stays, what is not is written again', async () => {
  await putPlane();
  await world.archive();
  await world.restore(['--all']);
  const before = await world.files();
  const index = await world.index();
  const fileOf = (key: string) =>
    join(world.folder, index.find((entry) => entry.key === `kp-1/${key}`)?.file ?? '');
  const untouched = statSync(fileOf('page-3.md')).mtimeMs;
  rmSync(fileOf('page-1.md'));
  writeFileSync(fileOf('page-2.md'), `X${readFileSync(fileOf('page-2.md'), 'utf8').slice(1)}`);
  writeFileSync(`${fileOf('huge.bin')}.part`, 'half of it');
  rmSync(fileOf('huge.bin'));
  const items = join(world.folder, 'store-1', 'items-');
  const someItems = [...before.keys()].filter((file) => join(world.folder, file).startsWith(items));
  const lines = join(world.folder, someItems[0] ?? '');
  writeFileSync(lines, readFileSync(lines, 'utf8').replace('plane', 'PLANE'));

  const again = await world.restore(['--all']);
  expect(again.ending).toBe('done');
  expect(await world.files()).toEqual(before);
  expect(statSync(fileOf('page-3.md')).mtimeMs).toBe(untouched);

  const third = await world.restore(['--all']);
  expect(third.stdout).toContain('0 object(s) of 0 bytes restored now');
});

test('whichever request to S3 is its last, what is there is whole, and the next run goes on', async () => {
  await world.plane.put('a.md', 'a'.repeat(3000));
  await world.plane.put('large.bin', LARGE);
  await world.plane.putItem('c');
  await world.archive();
  await world.restore(['--all']);
  const whole = await world.files();
  const { send } = world.plane.s3;
  // A refusal: what breaks off would be asked for again.
  const over = new S3ServiceException({ name: 'Over', $fault: 'client', $metadata: {} });
  let left = 0;
  world.plane.s3.send = ((...all: never[]) => {
    left -= 1;
    if (left < 0) return Promise.reject(over);
    return (send as (...all: unknown[]) => unknown).apply(world.plane.s3, all);
  }) as typeof send;
  let runs = 0;
  for (let ending = 'failed'; ending !== 'done'; runs += 1) {
    rmSync(world.folder, { recursive: true });
    left = runs;
    ({ ending } = await world.restore(['--all']));
    for (const [file, content] of await world.files())
      expect([file, content.equals(whole.get(file) ?? Buffer.alloc(0))]).toEqual([file, true]);
    left = Number.POSITIVE_INFINITY;
    expect(await world.restore(['--all'])).toMatchObject({ ending: 'done' });
    expect(await world.files()).toEqual(whole);
  }
  // Five tag files, two parts of the index three times, three payloads looked at and read.
  expect(runs).toBe(18);
});

test('a folder holds one archive', async () => {
  await world.plane.put('a.md', 'a');
  await world.archive();
  await world.restore(['--all']);
  writeFileSync(join(world.folder, 'plane.json'), '{"planeId":"kp_other"}');
  const run = await world.restore(['--all']);
  expect(run).toMatchObject({
    ending: 'failed',
    stderr: `restore: ${world.folder} holds what was restored of another archive\n`,
  });
});

test.each(['index.jsonl', 'store-0', 'notes.txt'])(
  'nothing is written beside a %s of somebody else',
  async (name) => {
    await world.plane.put('a.md', 'a');
    await world.archive();
    mkdirSync(world.folder);
    writeFileSync(join(world.folder, name), 'of somebody else');
    const run = await world.restore(['--all']);
    expect(run).toMatchObject({
      ending: 'failed',
      stderr: `restore: ${world.folder} holds "${name}", which no restore of this archive has put there: take another folder\n`,
    });
    expect([...(await world.files()).keys()]).toEqual([name]);
    expect(readFileSync(join(world.folder, name), 'utf8')).toBe('of somebody else');
    rmSync(join(world.folder, name));
    expect(await world.restore(['--all'])).toMatchObject({ ending: 'done' });
  },
);

test('a folder that a restore was about to claim when it was ended is claimed by the next', async () => {
  await world.plane.put('a.md', 'a');
  await world.archive();
  mkdirSync(world.folder);
  writeFileSync(join(world.folder, 'plane.json.part'), '{"pla');
  expect(await world.restore(['--all'])).toMatchObject({ ending: 'done' });
  expect((await world.files()).has('plane.json.part')).toBe(false);
});

test('a file in the place of the folder is said to be none', async () => {
  await world.plane.put('a.md', 'a');
  await world.archive();
  writeFileSync(world.folder, 'a file');
  expect(await world.restore(['--all'])).toMatchObject({
    ending: 'failed',
    stderr: `restore: ${world.folder} is not a folder\n`,
  });
});

test('what is restored is for its owner only, folders and files', async () => {
  await world.plane.put('guides/a.md', 'a');
  await world.plane.putItem('c');
  await world.archive();
  await world.restore(['--all']);
  expect(statSync(world.folder).mode & 0o777).toBe(0o700);
  const entries = readdirSync(world.folder, { recursive: true, withFileTypes: true });
  expect(entries.length).toBeGreaterThan(6);
  for (const entry of entries) {
    const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777;
    expect([entry.name, mode]).toEqual([entry.name, entry.isFile() ? 0o600 : 0o700]);
  }
});

test.each([
  ['everything', ['--all'], '64 bytes', 64],
  ['one document', ['--document', 'kp-1/a.md'], '12 bytes', 12],
])('nothing is asked of S3 for %s that the disk has no room for', async (_, argv, size, bytes) => {
  await world.plane.put('a.md', 'twelve bytes');
  await world.plane.putItem('c');
  await world.archive();
  const full = await world.restore(argv, { freeBytes: async () => bytes - 1 });
  expect(full).toMatchObject({
    ending: 'failed',
    stderr: `restore: ${world.folder} has room for ${bytes - 1} bytes, and ${size} are to be written: nothing was asked of S3\n`,
    pauses: [],
  });
  const enough = await world.restore(argv, { freeBytes: async () => bytes });
  expect(enough.ending).toBe('done');
  expect(enough.stderr).toContain('asked S3 for copies');
  expect(await world.restore(argv, { freeBytes: async () => 0 })).toMatchObject({ ending: 'done' });
});

test('an empty plane is restored to an empty index', async () => {
  await world.archive();
  expect(await world.restore(['--all'])).toMatchObject({ ending: 'done', pauses: [] });
  expect((await world.files()).get('index.jsonl')).toEqual(Buffer.alloc(0));
});
