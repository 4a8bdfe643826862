import { existsSync, readFileSync } from 'node:fs';
import {
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  ListObjectVersionsCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SMALL_LIMITS } from '../support/archive-world.ts';
import { BAG, type RestoreWorld, startRestoreWorld } from './restore-world.ts';

let world: RestoreWorld;
beforeEach(async () => {
  world = await startRestoreWorld();
});
afterEach(() => world.close());

const HUGE = Buffer.from(Array.from({ length: 20_000 }, (_, n) => `line ${n}\n`).join(''));

async function archivePlane(): Promise<void> {
  await world.plane.put('readme.md', 'first');
  await world.plane.put('readme.md', 'second');
  await world.plane.put('hidden.md', 'hidden');
  await world.plane.hide('hidden.md');
  await world.plane.put('empty', Buffer.alloc(0));
  await world.plane.put('huge.bin', HUGE);
  await world.plane.put('line\nbreak', 'hostile');
  for (let n = 0; n < 20; n += 1)
    await world.plane.putItem(`c${n}`, { text: { S: `chunk ${n} `.repeat(9) } });
  await world.archive();
}

/** What is read of the vault from now on. */
function watchGets(): GetObjectCommandInput[] {
  const { send } = world.plane.s3;
  const gets: GetObjectCommandInput[] = [];
  world.plane.s3.send = ((command: object, ...rest: never[]) => {
    if (command instanceof GetObjectCommand) gets.push(command.input);
    return (send as (...all: unknown[]) => unknown).call(world.plane.s3, command, ...rest);
  }) as typeof send;
  return gets;
}

async function versionsOf(key: string): Promise<readonly string[]> {
  const { Versions = [] } = await world.plane.s3.send(
    new ListObjectVersionsCommand({ Bucket: 'documents', Prefix: `kp-1/${key}` }),
  );
  return Versions.map(({ VersionId = '' }) => VersionId);
}

test('the version that was the latest comes back by its range, and nothing else is read or asked for', async () => {
  await archivePlane();
  const gets = watchGets();
  const run = await world.restore(['--document', 'kp-1/readme.md']);
  expect(run.stdout).toMatch(/\/restored\/store-0\/kp-1\/readme~[0-9a-f]{32}\.md\n$/);
  expect(readFileSync(run.stdout.trimEnd(), 'utf8')).toBe('second');
  const reads = gets.filter(({ Key }) => Key?.startsWith(`${BAG}data/`));
  expect(reads.length).toBe(1);
  expect(reads[0]?.Range).toMatch(/^bytes=\d+-\d+$/);
  expect(run.stderr).toContain('1 payload(s) of');
  expect([...(await world.files()).keys()].length).toBe(2);
});

test('any version can be asked for', async () => {
  await world.plane.put('readme.md', 'first');
  await world.plane.put('readme.md', 'second');
  const [, first = ''] = await versionsOf('readme.md');
  await world.archive();
  const run = await world.restore(['--document', 'kp-1/readme.md', '--version', first]);
  expect(readFileSync(run.stdout.trimEnd(), 'utf8')).toBe('first');
});

test('a document that was copied by parts, one of no bytes, one with a hostile key, and an item', async () => {
  await archivePlane();
  const huge = await world.restore(['--document', 'kp-1/huge.bin']);
  expect(readFileSync(huge.stdout.trimEnd())).toEqual(HUGE);
  const hostile = await world.restore(['--document', 'kp-1/line\nbreak']);
  expect(readFileSync(hostile.stdout.trimEnd(), 'utf8')).toBe('hostile');
  const item = await world.restore(['--document', '{"chunk":{"S":"c7"},"planeId":{"S":"kp-1"}}']);
  expect(JSON.parse(readFileSync(item.stdout.trimEnd(), 'utf8'))).toEqual({
    planeId: { S: 'kp-1' },
    chunk: { S: 'c7' },
    text: { S: 'chunk 7 '.repeat(9) },
  });
});

test('nothing is asked of S3 for a document of no bytes, and nothing for one that is there', async () => {
  await archivePlane();
  const empty = await world.restore(['--document', 'kp-1/empty', '--no-wait']);
  expect(empty).toMatchObject({ ending: 'done', stderr: '' });
  expect(readFileSync(empty.stdout.trimEnd()).length).toBe(0);
  await world.restore(['--document', 'kp-1/readme.md']);
  world.plane.advanceHours(24 * 30);
  const again = await world.restore(['--document', 'kp-1/readme.md', '--no-wait']);
  expect(again).toMatchObject({ ending: 'done', stderr: '' });
});

test('without waiting it asks for one payload, and ends as not yet', async () => {
  await archivePlane();
  const argv = ['--document', 'kp-1/huge.bin', '--no-wait', '--tier', 'Bulk', '--days', '2'];
  const run = await world.restore(argv);
  expect(run).toMatchObject({ ending: 'not-yet', stdout: '' });
  expect(run.stderr).toContain(
    'not yet: S3 has not made 1 payload(s) readable; the same command goes on later\n',
  );
  world.plane.advanceHours(48);
  const { Restore } = await world.plane.s3.send(
    new HeadObjectCommand({ Bucket: 'vault', Key: await payloadOf('kp-1/huge.bin') }),
  );
  expect(Restore).toBe('ongoing-request="false", expiry-date="Sat, 06 Mar 2027 00:00:00 GMT"');
  expect(await world.restore(argv)).toMatchObject({ ending: 'done', pauses: [] });
});

async function payloadOf(key: string): Promise<string> {
  for (const part of ['00001', '00002', '00003']) {
    const text = (await world.readBag(`index/shard-${part}.jsonl`)).toString('utf8');
    for (const line of text.trimEnd().split('\n'))
      if (JSON.parse(line).key === key) return BAG + JSON.parse(line).payload;
  }
  throw new Error(`no payload holds ${key}`);
}

/** In the order of their UTF-8 bytes; in JavaScript's own, `\u{10000}` and `😀` come before `\uFF5E`. */
const HOSTILE = [
  '../escape',
  '/absolute',
  'A',
  'README.md',
  'a',
  'a/',
  'a/b',
  'line\nbreak',
  'many',
  'readme.md',
  'with "quotes"',
  '~',
  'é',
  '\uFF5E',
  '\u{10000}',
  '😀',
];

test('a few parts of the index name a document, whatever its key is, and every version of it', async () => {
  await world.close();
  world = await startRestoreWorld({ limits: { ...SMALL_LIMITS, shardMembers: 2 } });
  for (const key of HOSTILE.toReversed()) await world.plane.put(key, `content of ${key}`);
  for (let n = 0; n < 6; n += 1) await world.plane.put('many', `version ${n}`);
  const versions = (await versionsOf('many')).toReversed();
  for (let n = 0; n < 20; n += 1) await world.plane.putItem(`${n}`, { text: { S: `chunk ${n}` } });
  await world.archive();
  await world.restore(['--all']);
  const gets = watchGets();
  const read = async (...argv: readonly string[]) => {
    gets.length = 0;
    const { stdout, stderr } = await world.restore(['--document', ...argv]);
    const parts = gets.filter(({ Key }) => Key?.startsWith(`${BAG}index/`)).length;
    return [stderr === '' ? readFileSync(stdout.trimEnd(), 'utf8') : stderr, parts] as const;
  };
  // 11 parts of two versions each, and 10 of two items each.
  expect((await world.index()).length).toBe(42);
  const counts: number[] = [];
  for (const key of HOSTILE) {
    const [content, parts] = await read(`kp-1/${key}`);
    expect(content).toBe(key === 'many' ? 'version 5' : `content of ${key}`);
    counts.push(parts);
  }
  expect(counts).toEqual([5, 5, 5, 4, 4, 4, 5, 5, 7, 4, 4, 4, 4, 4, 4, 2]);
  for (const [n, version = ''] of versions.entries())
    expect(await read('kp-1/many', '--version', version)).toEqual([
      n === 0 ? 'content of many' : `version ${n - 1}`,
      7,
    ]);
  expect(await read('{"chunk":{"S":"7"},"planeId":{"S":"kp-1"}}')).toEqual([
    '{"chunk":{"S":"7"},"planeId":{"S":"kp-1"},"text":{"S":"chunk 7"}}',
    4,
  ]);
  expect(await read('kp-1/many', '--every-part')).toEqual(['version 5', 21]);
});

test.each([
  [
    'a key that no store can have held',
    ['--document', 'readme.md'],
    /holds no document "readme\.md"; store 0 held documents that begin with "kp-1\/", store 1 held items by the DynamoDB JSON of their primary key, with "planeId"$/,
  ],
  [
    'a key that is not there',
    ['--document', 'kp-1/read.md'],
    /holds no document "kp-1\/read\.md" \(3 of 6 index parts read, by the order of keys; --every-part reads all\)$/,
  ],
  [
    'a key that is not there when everything was read',
    ['--document', 'kp-1/read.md', '--every-part'],
    /holds no document "kp-1\/read\.md"$/,
  ],
  [
    'a document that had been deleted',
    ['--document', 'kp-1/hidden.md'],
    /"kp-1\/hidden\.md" had been deleted when the plane was archived; with --version: there is \S+ \(2027-03-01T10:00:00\.000Z, 6 bytes\)$/,
  ],
  [
    'a version that is not there',
    ['--document', 'kp-1/readme.md', '--version', 'v9'],
    /"kp-1\/readme\.md" has no version v9: there is \S+ \(.*, 6 bytes\), \S+ \(.*, 5 bytes\) \(4 of 6 index parts read, by the order of keys; --every-part reads all\)$/,
  ],
  [
    'a store it is not in',
    ['--document', 'kp-1/readme.md', '--store', '1'],
    /"kp-1\/readme\.md" is not in store 1, but in 0 \(4 of 6 index parts read, by the order of keys; --every-part reads all\)$/,
  ],
])('%s is one sentence, and nothing is asked of S3', async (_, argv, message) => {
  await archivePlane();
  const run = await world.restore(argv);
  expect(run).toMatchObject({ ending: 'failed', stdout: '', pauses: [] });
  expect(run.stderr.trimEnd()).toMatch(message);
  expect(run.stderr.trimEnd().split('\n').length).toBe(1);
  expect(existsSync(world.folder)).toBe(false);
});
