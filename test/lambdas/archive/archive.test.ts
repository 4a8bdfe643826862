import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  RestoreObjectCommand,
} from '@aws-sdk/client-s3';
import { afterEach, expect, test } from 'vitest';
import type { ContentPlace } from '../../../lambdas/core/archive-index.ts';
import type { StoreRecord } from '../../../lambdas/core/store-record.ts';
import {
  type ArchiveWorld,
  type ArchiveWorldOptions,
  ATTEMPT,
  SMALL_LIMITS,
  startArchiveWorld,
} from '../../support/archive-world.ts';
import { bagItProblems } from '../../support/bagit-validator.ts';
import { OFFBOARDING_ID, PLANE_ID } from '../../support/builders.ts';

let world: ArchiveWorld;
afterEach(() => world.close());

const ROOT = `planes/${PLANE_ID}/${OFFBOARDING_ID}/`;
const BAG = `${ROOT}bag/`;
const LARGE = Buffer.alloc(40_000, 'large');
const HUGE = Buffer.alloc(150_000, 'huge');

/** Documents of every kind: small, empty, several versions, hidden, copied whole, copied by parts, with hostile keys. */
async function startFull(options: ArchiveWorldOptions = {}): Promise<void> {
  world = await startArchiveWorld(options);
  await world.put('readme.md', 'first');
  await world.put('readme.md', 'second');
  await world.put('../up "quoted"\n%2F.md', 'hostile');
  await world.put('ünïcode/😀.md', 'unicode');
  await world.put('empty', Buffer.alloc(0));
  await world.put('hidden.md', 'hidden');
  await world.hide('hidden.md');
  await world.put('large.bin', LARGE);
  await world.put('huge.bin', HUGE);
  for (let number = 0; number < 12; number += 1)
    await world.put(`page-${number}.md`, `${number} `.repeat(1500));
  await world.put('neighbour.md', 'not ours', 'kp-10/');
  await world.putItem('c1', {
    digits: { N: '12345678901234567890123456789012345678' },
    binary: { B: new Uint8Array([0, 255]) },
    tags: { SS: ['b', 'a'] },
  });
  for (let number = 2; number < 12; number += 1)
    await world.putItem(`c${number}`, { text: { S: `chunk ${number} `.repeat(20) } });
}

/** Every file of the bag. Payloads in an archive class are restored first, as a reader would. */
async function readBag(prefix = BAG): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const { Contents } = await world.s3.send(
    new ListObjectsV2Command({ Bucket: 'vault', Prefix: prefix }),
  );
  for (const { Key = '', StorageClass } of Contents ?? []) {
    if (StorageClass === 'DEEP_ARCHIVE')
      await world.s3.send(
        new RestoreObjectCommand({ Bucket: 'vault', Key, RestoreRequest: { Days: 1 } }),
      );
  }
  world.advanceHours(13);
  for (const { Key = '' } of Contents ?? []) {
    const { Body } = await world.s3.send(new GetObjectCommand({ Bucket: 'vault', Key }));
    files.set(Key.slice(prefix.length), Buffer.from((await Body?.transformToByteArray()) ?? []));
  }
  return files;
}

type IndexEntry = StoreRecord & Partial<ContentPlace>;

function readIndex(files: ReadonlyMap<string, Buffer>): IndexEntry[] {
  return [...files]
    .filter(([path]) => path.startsWith('index/'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, text]) => text.toString().trim().split('\n'))
    .map((line) => JSON.parse(line) as IndexEntry);
}

function contentOf(files: ReadonlyMap<string, Buffer>, entry: IndexEntry): Buffer {
  const { payload = '', offset = 0, length = 0, gunzip } = entry;
  const range = files.get(payload)?.subarray(offset, offset + length) ?? Buffer.alloc(0);
  if (!gunzip) return range;
  return gunzipSync(range).subarray(gunzip.offset, gunzip.offset + gunzip.length);
}

test('a plane ends as a valid bag that holds every version, and its stores are empty', async () => {
  await startFull();
  const result = await world.archive();
  expect(result).toMatchObject({ status: 'success' });
  const data = 'data' in result ? result.data : {};
  const files = await readBag();
  expect(bagItProblems(files)).toEqual([]);

  const index = readIndex(files);
  const byKey = (key: string) => index.filter((entry) => entry.key === `kp-1/${key}`);
  expect(byKey('readme.md').map((entry) => contentOf(files, entry).toString())).toEqual([
    'second',
    'first',
  ]);
  expect(
    byKey('../up "quoted"\n%2F.md').map((entry) => contentOf(files, entry).toString()),
  ).toEqual(['hostile']);
  expect(byKey('empty').map((entry) => contentOf(files, entry).length)).toEqual([0]);
  expect(byKey('hidden.md').map(({ kind }) => kind)).toEqual(['delete-marker', 'object']);
  expect(byKey('large.bin').map((entry) => contentOf(files, entry).equals(LARGE))).toEqual([true]);
  expect(byKey('huge.bin').map((entry) => contentOf(files, entry).equals(HUGE))).toEqual([true]);
  const [item] = index.filter(({ key }) => key === '{"chunk":{"S":"c1"},"planeId":{"S":"kp-1"}}');
  expect(item && contentOf(files, item).toString()).toBe(
    '{"binary":{"B":"AP8="},"chunk":{"S":"c1"},"digits":{"N":"12345678901234567890123456789012345678"},' +
      '"planeId":{"S":"kp-1"},"tags":{"SS":["a","b"]}}',
  );
  for (const entry of index)
    if (entry.kind !== 'delete-marker')
      expect(createHash('sha256').update(contentOf(files, entry)).digest('hex')).toBe(entry.sha256);

  expect(index).toHaveLength(32);
  expect(data).toEqual({
    archivedAt: '2026-11-29T11:00:00.000Z',
    archivePath: `s3://vault/${BAG}`,
    archiveSizeBytes: [...files.values()].reduce((sum, { length }) => sum + length, 0),
    objectCount: 31,
    manifestHash: createHash('sha256')
      .update(files.get('manifest-sha256.txt') ?? '')
      .digest('hex'),
    tagManifestHash: createHash('sha256')
      .update(files.get('tagmanifest-sha256.txt') ?? '')
      .digest('hex'),
    retentionDays: 365,
    retentionUntil: '2027-11-29T11:00:00.000Z',
  });
  for (const store of [world.documents, world.chunks])
    expect(await world.open(store).measure()).toEqual({ count: 0, bytes: 0 });
  const neighbour = await world.s3.send(
    new HeadObjectCommand({ Bucket: 'documents', Key: 'kp-10/neighbour.md' }),
  );
  expect(neighbour.ContentLength).toBe(8);
});

test('members lie in their payloads in the order of the inventory', async () => {
  await startFull();
  await world.archive();
  const places = readIndex(await readBag()).flatMap(({ payload = '', offset = 0, gunzip }) =>
    payload === '' ? [] : [{ payload, offset, within: gunzip?.offset ?? 0 }],
  );
  const shared = [...Map.groupBy(places, ({ payload }) => payload).values()].filter(
    ({ length }) => length > 1,
  );
  expect(shared.length).toBeGreaterThan(2);
  for (const members of shared)
    expect(members).toEqual(members.toSorted((a, b) => a.offset - b.offset || a.within - b.within));
});

test('payloads go straight to the archive class, and what finds them stays readable', async () => {
  await startFull();
  await world.archive();
  const { Contents = [] } = await world.s3.send(
    new ListObjectsV2Command({ Bucket: 'vault', Prefix: BAG }),
  );
  for (const { Key = '', StorageClass } of Contents)
    expect([Key, StorageClass]).toEqual([
      Key,
      Key.startsWith(`${BAG}data/`) ? 'DEEP_ARCHIVE' : 'STANDARD',
    ]);
  expect(Contents.filter(({ Key }) => Key?.startsWith(`${BAG}data/`)).length).toBeGreaterThan(4);
});

test('what S3 says of a document beside its content is kept: small ones in the index, copied ones on the copy', async () => {
  world = await startArchiveWorld();
  const described = {
    ContentType: 'text/markdown; charset=utf-8',
    ContentLanguage: 'de',
    CacheControl: 'no-store',
    Expires: new Date('2028-01-01T00:00:00.000Z'),
    WebsiteRedirectLocation: '/handbook/',
    Metadata: { owner: 'legal', 'review-by': '2027' },
  };
  for (const [key, Body] of [
    ['small.md', 'small'],
    ['large.bin', LARGE],
    ['huge.bin', HUGE],
  ] as const)
    await world.s3.send(
      new PutObjectCommand({ Bucket: 'documents', Key: `kp-1/${key}`, Body, ...described }),
    );
  await world.archive();
  const index = readIndex(await readBag());
  const small = index.find(({ key }) => key === 'kp-1/small.md');
  expect(small).toMatchObject({
    properties: {
      contentType: 'text/markdown; charset=utf-8',
      contentLanguage: 'de',
      cacheControl: 'no-store',
      expires: 'Sat, 01 Jan 2028 00:00:00 GMT',
      websiteRedirectLocation: '/handbook/',
      metadata: { owner: 'legal', 'review-by': '2027' },
    },
  });
  for (const key of ['kp-1/large.bin', 'kp-1/huge.bin']) {
    const { payload } = index.find((entry) => entry.key === key) ?? {};
    const copy = await world.s3.send(
      new HeadObjectCommand({ Bucket: 'vault', Key: `${BAG}${payload}` }),
    );
    // A CopyObject leaves it behind; a copy by parts is told everything.
    const { WebsiteRedirectLocation, ...copied } = described;
    expect(copy).toMatchObject(copied);
    expect(copy.WebsiteRedirectLocation).toBe(
      key === 'kp-1/huge.bin' ? WebsiteRedirectLocation : undefined,
    );
  }
});

test('no document name appears in any result', async () => {
  await startFull();
  const results = [await world.run('plan')];
  for (const shard of await world.shards()) results.push(await world.pack(shard));
  results.push(await world.run('seal'), await world.run('evict'));
  expect(results.map(({ status }) => status)).not.toContain('failure');
  expect(JSON.stringify(results)).not.toMatch(/readme|hidden|page|huge|large|chunk \d|kp-1\//);
});

test('a shard packed again after a crash is the same bytes', async () => {
  await startFull();
  await world.run('plan');
  const shards = await world.shards();
  const hashes = async () => {
    for (const shard of shards) await world.pack(shard);
    const { Contents = [] } = await world.s3.send(
      new ListObjectsV2Command({ Bucket: 'vault', Prefix: `${BAG}data/` }),
    );
    return Contents.map(({ Key, ETag, Size }) => [Key, ETag, Size]);
  };
  const before = await hashes();
  // As if the packer had died just before it wrote its report.
  for (const { shardId } of shards)
    await world.s3.send(
      new DeleteObjectCommand({ Bucket: 'vault', Key: `${ROOT}work/packed/shard-${shardId}.json` }),
    );
  expect(await hashes()).toEqual(before);
  expect(shards.length).toBeGreaterThan(5);
});

test('every step is skipped or ends the same when it runs again', async () => {
  await startFull();
  const first = await world.archive();
  expect(await world.run('plan')).toMatchObject({ status: 'skipped', data: { objectCount: 31 } });
  for (const shard of await world.shards())
    expect(await world.pack(shard)).toMatchObject({ status: 'skipped' });
  expect(await world.run('seal')).toMatchObject({ status: 'skipped' });
  const again = await world.run('evict', { now: new Date('2027-01-01T00:00:00.000Z') });
  expect(again).toEqual({
    ...first,
    message: '0 record(s) evicted, 32 already gone, the stores are empty',
  });
});

test('a step that runs out of time goes on where it stopped, and the plan is the same', async () => {
  await startFull();
  const whole = await world.archive();
  const shards = await world.shards();
  await world.close();

  await startFull();
  let calls = 0;
  const remainingMs = () => {
    calls += 1;
    return calls % 2 === 0 ? 0 : 900_000;
  };
  const results = [];
  for (
    let result = await world.run('plan', { remainingMs });
    ;
    result = await world.run('plan', { remainingMs })
  ) {
    results.push(result.status);
    if (result.status !== 'pending') break;
  }
  expect(results.length).toBeGreaterThan(2);
  expect(stable(await world.shards())).toEqual(stable(shards));
  expect(await world.archive({ remainingMs })).toMatchObject({
    status: 'success',
    data: { objectCount: 31, archiveSizeBytes: sizeOf(whole) },
  });

  // Version ids are drawn anew in each world, and with them the hashes of the member lists.
  function stable(list: typeof shards) {
    return list.map(({ membersSha256: _, ...shard }) => shard);
  }
});

test.each([
  ['documents', ['a1', 'a2', 'a3'], ['a1', 'a2', 'a3', 'b', 'c', 'd', 'e']],
  ['fewer documents than were listed', ['a1'], ['a1', 'b', 'c', 'd', 'e']],
])(
  '%s that appear in front of where a plan has stopped are listed in their order, and nothing twice',
  async (_, added, keys) => {
    world = await startArchiveWorld({ limits: { ...SMALL_LIMITS, shardMembers: 2 } });
    for (const key of ['b', 'c', 'd', 'e']) await world.put(key, key);
    for (const chunk of ['c2', 'c3', 'c4']) await world.putItem(chunk);
    const stopped = await world.run('plan', { remainingMs: () => 0 });
    expect(stopped).toMatchObject({ message: '1 shard(s) inventoried so far' });
    for (const key of added) await world.put(key, key);
    const again = await world.run('plan');
    expect(again).toEqual({ status: 'pending', message: '0 shard(s) inventoried so far' });
    expect(await world.run('plan')).toMatchObject({ status: 'success' });
    expect(await inventoriedKeys(0)).toEqual(keys.map((key) => `kp-1/${key}`));
  },
);

test('a version or an item that is gone from where a plan has stopped costs no other its place', async () => {
  world = await startArchiveWorld({ limits: { ...SMALL_LIMITS, shardMembers: 2 } });
  for (const key of ['a', 'b']) await world.put(key, key);
  for (const chunk of ['c1', 'c2', 'c3', 'c4', 'c5']) await world.putItem(chunk);
  let looks = 0;
  const remainingMs = () => (looks++ === 0 ? 0 : 900_000);
  expect(await world.run('plan', { remainingMs })).toMatchObject({
    message: '2 shard(s) inventoried so far',
  });
  await world.tables.client.send(
    new DeleteItemCommand({
      TableName: 'chunks',
      Key: { planeId: { S: 'kp-1' }, chunk: { S: 'c1' } },
    }),
  );
  expect(await world.run('plan')).toMatchObject({ status: 'pending' });
  expect(await world.run('plan')).toMatchObject({ status: 'success' });
  expect(await inventoriedKeys(0)).toEqual(['kp-1/a', 'kp-1/b']);
  expect(await inventoriedKeys(1)).toEqual(
    ['c2', 'c3', 'c4', 'c5'].map((S) => `{"chunk":{"S":"${S}"},"planeId":{"S":"kp-1"}}`),
  );
});

/** Keys of a store in the order in which the plan has them. */
async function inventoriedKeys(store: number): Promise<readonly string[]> {
  const keys: string[] = [];
  for (const { membersBucket: Bucket, membersKey: Key, ...shard } of await world.shards()) {
    if (shard.store !== store) continue;
    const { Body } = await world.s3.send(new GetObjectCommand({ Bucket, Key }));
    const lines = (await Body?.transformToString())?.trimEnd().split('\n') ?? [];
    keys.push(...lines.map((line) => JSON.parse(line).key));
  }
  return keys;
}

test('a seal that runs short of time goes on where it stopped, and seals the same bag', async () => {
  await startFull();
  await world.run('plan');
  for (const shard of await world.shards()) await world.pack(shard);
  const sealed = await world.run('seal');
  await world.close();

  await startFull({ limits: { ...SMALL_LIMITS, checksumReadsAtOnce: 1 } });
  await world.run('plan');
  for (const shard of await world.shards()) await world.pack(shard);
  const messages: string[] = [];
  for (;;) {
    // Time for one shard in each invocation.
    let calls = 0;
    const remainingMs = () => {
      calls += 1;
      return calls === 1 ? 900_000 : 0;
    };
    const result = await world.run('seal', { remainingMs });
    messages.push(result.message);
    if (result.status !== 'pending') break;
  }
  expect(messages).toEqual([
    '1 of 6 shard(s) verified so far',
    '2 of 6 shard(s) verified so far',
    '3 of 6 shard(s) verified so far',
    '4 of 6 shard(s) verified so far',
    '5 of 6 shard(s) verified so far',
    sealed.message,
  ]);
});

test('a seal that finds damage after it went on begins anew when the shard has been packed again', async () => {
  await startFull({ limits: { ...SMALL_LIMITS, checksumReadsAtOnce: 1 } });
  await world.run('plan');
  for (const shard of await world.shards()) await world.pack(shard);
  let calls = 0;
  const oneShard = {
    remainingMs: () => {
      calls += 1;
      return calls === 1 ? 900_000 : 0;
    },
  };
  expect(await world.run('seal', oneShard)).toMatchObject({ status: 'pending' });
  await world.s3.send(
    new DeleteObjectCommand({ Bucket: 'vault', Key: `${BAG}index/shard-00002.jsonl` }),
  );
  expect(await world.run('seal')).toMatchObject({ errorCode: 'INTEGRITY_MISMATCH' });
  for (const shard of await world.shards()) await world.pack(shard);
  calls = 0;
  expect(await world.run('seal', oneShard)).toMatchObject({
    status: 'pending',
    message: '1 of 6 shard(s) verified so far',
  });
  expect(await world.run('seal')).toMatchObject({ status: 'success' });
});

function sizeOf(result: object): number {
  return (result as { data: { archiveSizeBytes: number } }).data.archiveSizeBytes;
}

test('a document that changed since the inventory voids the plan, and the next start archives it as it is', async () => {
  await startFull({ versioned: false });
  await world.run('plan');
  await world.put('readme.md', 'third');
  const failed = await world.archive();
  expect(failed).toMatchObject({ status: 'failure', errorCode: 'SOURCE_CHANGED' });
  expect((await world.open(world.documents).measure()).count).toBe(18);

  expect(await world.archive()).toMatchObject({
    status: 'success',
    data: { archivePath: `s3://vault/${ROOT}plan-2/bag/` },
  });
  const files = await readBag(`${ROOT}plan-2/bag/`);
  expect(bagItProblems(files)).toEqual([]);
  const [readme] = readIndex(files).filter(({ key }) => key === 'kp-1/readme.md');
  expect(readme && contentOf(files, readme).toString()).toBe('third');
});

test('an item that changed since the inventory is found by the packer', async () => {
  await startFull();
  await world.run('plan');
  await world.putItem('c5', { text: { S: 'changed' } });
  expect(await world.archive()).toMatchObject({
    status: 'failure',
    errorCode: 'SOURCE_CHANGED',
    message: 'a source item is no longer what was inventoried',
  });
  expect((await world.open(world.chunks).measure()).count).toBe(11);
});

test.each([
  [ATTEMPT, 'SOURCE_CHANGED', /^at least 1 record, in shard \d{5}: a source item is no longer/],
  ['another attempt', 'ARCHIVE_FAILED', /^a shard could not be packed/],
])('what stopped a packer is found by the attempt: %s', async (attempt, errorCode, message) => {
  await startFull();
  await world.run('plan');
  await world.putItem('c5', { text: { S: 'changed' } });
  await world.archive();
  expect(await world.run('seal', { input: { packingFailed: attempt } })).toMatchObject({
    status: 'failure',
    errorCode,
    message: expect.stringMatching(message),
  });
});

test('what appeared or changed after packing is still there, and the stage fails with the count', async () => {
  await startFull();
  await world.run('plan');
  for (const shard of await world.shards()) await world.pack(shard);
  await world.run('seal');
  await world.put('late.md', 'late');
  await world.put('readme.md', 'third');
  await world.putItem('c5', { text: { S: 'changed' } });
  const failed = {
    status: 'failure',
    errorCode: 'SOURCE_CHANGED',
    message: '3 record(s) changed or appeared since the inventory and were left in the stores',
  };
  expect(await world.run('evict')).toMatchObject(failed);
  expect(await world.run('evict')).toMatchObject(failed);
  expect((await world.open(world.documents).measure()).count).toBe(2);

  // Once an operator has dealt with them, the same step finishes.
  for (const store of [world.documents, world.chunks])
    for await (const page of world.open(store).inventory()) await world.open(store).remove(page);
  expect(await world.run('evict')).toMatchObject({ status: 'success' });
});

test('nothing is evicted from a bag that is not sealed, or that has changed since', async () => {
  await startFull();
  await world.run('plan');
  const untouched = await world.open(world.documents).measure();
  expect(await world.run('evict')).toMatchObject({
    status: 'failure',
    errorCode: 'ARCHIVE_FAILED',
  });
  for (const shard of await world.shards()) await world.pack(shard);
  await world.run('seal');
  await world.s3.send(
    new DeleteObjectCommand({ Bucket: 'vault', Key: `${BAG}data/shard-00001/objects.tar` }),
  );
  expect(await world.run('evict')).toMatchObject({
    status: 'failure',
    errorCode: 'INTEGRITY_MISMATCH',
  });
  expect(await world.open(world.documents).measure()).toEqual(untouched);
});

test.each([
  ['a payload was replaced', 'bag/data/shard-00001/objects.tar', 'forged'],
  ['an index part was replaced', 'bag/index/shard-00001.jsonl', 'forged'],
  ['the shard list was replaced', 'work/shards.jsonl', ''],
])('a bag is not sealed when %s', async (_, key, body) => {
  await startFull();
  await world.run('plan');
  for (const shard of await world.shards()) await world.pack(shard);
  await world.s3.send(
    new PutObjectCommand({ Bucket: 'vault', Key: `${ROOT}${key}`, Body: Buffer.from(body) }),
  );
  expect(await world.run('seal')).toMatchObject({
    status: 'failure',
    errorCode: 'INTEGRITY_MISMATCH',
  });
});

test('a damaged payload is packed again by the next start', async () => {
  await startFull();
  await world.run('plan');
  for (const shard of await world.shards()) await world.pack(shard);
  const payload = { Bucket: 'vault', Key: `${BAG}data/shard-00001/objects.tar` };
  await world.s3.send(new PutObjectCommand({ ...payload, Body: 'forged' }));
  expect(await world.run('seal')).toMatchObject({ errorCode: 'INTEGRITY_MISMATCH' });
  expect(await world.archive()).toMatchObject({ status: 'success', data: { objectCount: 31 } });
  expect(bagItProblems(await readBag())).toEqual([]);
});

test('a packer that lags behind the eviction neither voids the plan nor starts another', async () => {
  await startFull();
  const archived = await world.archive();
  const [shard] = await world.shards();
  if (!shard) throw new Error('no shard');
  await world.s3.send(
    new DeleteObjectCommand({ Bucket: 'vault', Key: `${ROOT}work/packed/shard-00001.json` }),
  );
  expect(await world.pack(shard)).toMatchObject({ errorCode: 'SOURCE_CHANGED' });
  expect(await world.run('plan')).toMatchObject({ status: 'skipped', data: { objectCount: 31 } });
  expect(await world.run('evict')).toMatchObject({ data: 'data' in archived && archived.data });
});

test('a payload damaged behind its seal is reported, not packed from stores that are empty', async () => {
  await startFull();
  await world.archive();
  const [shard] = await world.shards();
  if (!shard) throw new Error('no shard');
  const payload = { Bucket: 'vault', Key: `${BAG}data/shard-00001/objects.tar` };
  await world.s3.send(new PutObjectCommand({ ...payload, Body: 'forged' }));
  expect(await world.pack(shard)).toMatchObject({ status: 'skipped' });
  expect(await world.run('evict')).toMatchObject({ errorCode: 'INTEGRITY_MISMATCH' });
});

test('a bag is not sealed while a shard is not packed', async () => {
  await startFull();
  await world.run('plan');
  for (const shard of (await world.shards()).slice(1)) await world.pack(shard);
  expect(await world.run('seal')).toMatchObject({
    status: 'failure',
    errorCode: 'INTEGRITY_MISMATCH',
  });
});

test('objects in an archive class are counted before anything is packed, and archived once restored', async () => {
  await startFull();
  const cold = { Bucket: 'documents', Key: 'kp-1/cold.md' };
  await world.s3.send(
    new PutObjectCommand({ ...cold, Body: 'cold', StorageClass: 'DEEP_ARCHIVE' }),
  );
  const failure = {
    status: 'failure',
    errorCode: 'ARCHIVE_FAILED',
    message: '1 object(s) lie in an archive storage class: restore them first, then start again',
  };
  expect(await world.run('plan')).toMatchObject(failure);
  await world.s3.send(new RestoreObjectCommand({ ...cold, RestoreRequest: { Days: 3 } }));
  expect(await world.run('plan')).toMatchObject(failure);
  world.advanceHours(13);
  expect(await world.archive({ now: world.now() })).toMatchObject({
    status: 'success',
    data: { objectCount: 32 },
  });
});

test('objects that no packer could hash in time are counted before anything is packed', async () => {
  await startFull({ limits: { ...SMALL_LIMITS, objectMaxBytes: 149_999, shardMembers: 1 } });
  await world.put('larger.bin', Buffer.alloc(150_001));
  const failure = {
    status: 'failure',
    errorCode: 'ARCHIVE_FAILED',
    message: '2 object(s) are larger than 149999 bytes, the most that one packer can hash',
  };
  expect(await world.run('plan')).toMatchObject(failure);
  // They are listed again by the next start, and counted once however often a listing stops.
  for (let run = await world.run('plan', { remainingMs: () => 0 }); ; ) {
    if (run.status === 'pending') run = await world.run('plan', { remainingMs: () => 0 });
    else {
      expect(run).toMatchObject(failure);
      break;
    }
  }
  expect(await world.shards()).toEqual([]);
});

test('an object of just the most that is archived is archived', async () => {
  await startFull({ limits: { ...SMALL_LIMITS, objectMaxBytes: 150_000 } });
  expect(await world.run('plan')).toMatchObject({ status: 'success' });
});

const hold = (Key: string, Status: 'ON' | 'OFF') =>
  world.s3.send(new PutObjectLegalHoldCommand({ Bucket: 'documents', Key, LegalHold: { Status } }));

test('locked versions are counted before anything is packed, and archived once they are free', async () => {
  await startFull({ objectLock: true });
  await hold('kp-1/readme.md', 'ON');
  await hold('kp-1/page-1.md', 'ON');
  await hold('kp-1/page-1.md', 'OFF');
  await world.s3.send(
    new PutObjectRetentionCommand({
      Bucket: 'documents',
      Key: 'kp-1/large.bin',
      Retention: { Mode: 'GOVERNANCE', RetainUntilDate: new Date('2027-03-02T00:00:00.000Z') },
    }),
  );
  const failure = (count: number) => ({
    status: 'failure',
    errorCode: 'LEGAL_HOLD',
    message: `${count} object version(s) are under a legal hold or a retention of S3 Object Lock: nobody can evict them before it ends`,
  });
  expect(await world.archive()).toMatchObject(failure(2));
  const { KeyCount } = await world.s3.send(
    new ListObjectsV2Command({ Bucket: 'vault', Prefix: BAG }),
  );
  expect(KeyCount).toBe(0);

  await hold('kp-1/readme.md', 'OFF');
  expect(await world.archive()).toMatchObject(failure(1));
  world.advanceHours(15);
  expect(await world.archive({ now: world.now() })).toMatchObject({
    status: 'success',
    data: { objectCount: 31 },
  });
});

test('a version locked after it was packed stays alone, and the stage fails with the count', async () => {
  await startFull({ objectLock: true });
  await world.run('plan');
  for (const shard of await world.shards()) await world.pack(shard);
  await world.run('seal');
  await hold('kp-1/readme.md', 'ON');
  expect(await world.run('evict')).toMatchObject({
    status: 'failure',
    errorCode: 'LEGAL_HOLD',
    message:
      '1 object version(s) came under S3 Object Lock since the inventory and were left in the stores',
  });
  expect((await world.open(world.documents).measure()).count).toBe(1);
  await hold('kp-1/readme.md', 'OFF');
  expect(await world.run('evict')).toMatchObject({ status: 'success' });
});

test('an empty plane is one shard without members, and a bag without payloads', async () => {
  world = await startArchiveWorld();
  expect(await world.run('plan')).toMatchObject({
    status: 'success',
    data: { shardCount: 1, objectCount: 0, archivedBytes: 0 },
  });
  expect(await world.archive()).toMatchObject({ status: 'success', data: { objectCount: 0 } });
  expect(bagItProblems(await readBag())).toEqual([]);
});

test('an erasure is not retained, whatever the floor', async () => {
  world = await startArchiveWorld({ request: { erasure: true }, retentionFloorDays: 30 });
  expect(await world.archive()).toMatchObject({
    data: { retentionDays: 0, retentionUntil: '2026-11-29T11:00:00.000Z' },
  });
});

test.each([
  ['another offboarding', { membersKey: 'planes/kp_2/off_2/work/inventory/part-00001.jsonl' }],
  ['another bucket', { membersBucket: 'elsewhere' }],
  ['a store the plane has not', { store: 7 }],
])('a shard of %s is refused', async (_, change) => {
  world = await startArchiveWorld();
  await world.put('a', 'a');
  await world.run('plan');
  const [shard] = await world.shards();
  if (!shard) throw new Error('no shard');
  await expect(world.pack({ ...shard, ...change })).rejects.toThrow(/shard|store/);
});
