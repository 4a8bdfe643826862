import { text } from 'node:stream/consumers';
import {
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterEach, expect, test } from 'vitest';
import type { S3PrefixStore } from '../../lambdas/core/plane.ts';
import { chainRecords, NO_RECORDS, recordsHash } from '../../lambdas/purge/records-hash.ts';
import { lockCounter } from '../../lambdas/stores/s3-locks.ts';
import { createS3PrefixStore } from '../../lambdas/stores/s3-prefix.ts';
import type { CountedPage, ObjectVersion, Store, StoreRecord } from '../../lambdas/stores/store.ts';
import {
  type ArchiveWorld,
  type ArchiveWorldOptions,
  startArchiveWorld,
} from '../support/archive-world.ts';
import { intercept } from '../support/intercept.ts';

let world: ArchiveWorld;
afterEach(() => world.close());

const HOSTILE_KEYS = [
  '',
  'plain.md',
  'Plain.md',
  'with space+plus.md',
  'quote"\'<b>&amp;.md',
  'line\nbreak.md',
  'return\r.md',
  'tab\t.md',
  '../up.md',
  'a/../b.md',
  './here',
  'double//slash',
  'encoded%2Fslash',
  'encoded%252Fslash',
  'trailing/',
  'ünïcode/日本語/😀.md',
  '\uFF5E after, in UTF-8, is \u{1F600}',
  'x'.repeat(1024 - 'kp-1/'.length),
];

async function listed(store: Store, after?: StoreRecord): Promise<StoreRecord[]> {
  const records: StoreRecord[] = [];
  for await (const page of store.inventory(after)) records.push(...page);
  return records;
}

async function counted(pages: AsyncIterable<CountedPage>): Promise<CountedPage[]> {
  const all: CountedPage[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

async function start(versioned: boolean, options: ArchiveWorldOptions = {}): Promise<Store> {
  world = await startArchiveWorld({ versioned, ...options });
  return world.open(world.documents);
}

test('hostile keys are listed as they are, opened, and removed, and only they', async () => {
  const store = await start(true);
  for (const [index, key] of HOSTILE_KEYS.entries()) await world.put(key, `body ${index}`);
  await world.put('plain.md', 'of the neighbour', 'kp-10/');
  const records = await listed(store);
  expect(records.map(({ key }) => key)).toEqual(
    HOSTILE_KEYS.map((key) => `kp-1/${key}`).sort((a, b) =>
      Buffer.compare(Buffer.from(a), Buffer.from(b)),
    ),
  );
  for (const record of records) {
    const content = await text(
      (await world.read(world.documents).open(record as ObjectVersion)).content,
    );
    expect(content).toBe(`body ${HOSTILE_KEYS.indexOf(record.key.slice('kp-1/'.length))}`);
  }
  expect(await store.remove(records)).toEqual({
    left: [],
    removed: HOSTILE_KEYS.length,
    removedBytes: records.reduce((sum, record) => sum + (record as ObjectVersion).size, 0),
    alreadyAbsent: 0,
    changed: [],
    failed: [],
  });
  expect(await store.measure()).toEqual({ count: 0, bytes: 0 });
  expect((await neighbour().measure()).count).toBe(1);
});

function neighbour(): Store {
  return world.open({ kind: 's3-prefix', bucket: 'documents', prefix: 'kp-10/' });
}

test('of what S3 lists outside the prefix nothing is inventoried, and nothing removed', async () => {
  const store = await start(true);
  await world.put('a', 'a');
  await world.put('b', 'of the neighbour', 'kp-10/');
  const records = [...(await listed(store)), ...(await listed(neighbour()))];
  intercept(world.s3, 'ListObjectVersionsCommand', (send, input) => {
    Object.assign(input, { Prefix: 'kp-1' });
    return send();
  });
  await expect(listed(store)).rejects.toThrow('outside the prefix');
  await expect(store.remove(records)).rejects.toThrow('outside the prefix');
  const { Versions } = await world.s3.send(new ListObjectVersionsCommand({ Bucket: 'documents' }));
  expect(Versions?.map(({ Key }) => Key)).toEqual(['kp-1/a', 'kp-10/b']);
});

test('a store whose prefix others begin with is none', async () => {
  const { descriptor } = await start(true);
  expect(() => world.open({ ...(descriptor as S3PrefixStore), prefix: 'kp-1' })).toThrow(
    'must end in /',
  );
});

test('every version and delete marker is listed, newest first, and removed by its own id', async () => {
  const store = await start(true);
  await world.put('a', 'one');
  await world.put('a', 'two!');
  await world.hide('a');
  await world.put('b', Buffer.alloc(0));
  const records = await listed(store);
  expect(records.map(({ key, kind }) => [key, kind])).toEqual([
    ['kp-1/a', 'delete-marker'],
    ['kp-1/a', 'object'],
    ['kp-1/a', 'object'],
    ['kp-1/b', 'object'],
  ]);
  expect(await store.measure()).toEqual({ count: 4, bytes: 7 });
  const oldest = records[2] as ObjectVersion;
  expect(await text((await world.read(world.documents).open(oldest)).content)).toBe('one');
  expect(await store.remove([oldest])).toMatchObject({ removed: 1, removedBytes: 3 });
  expect(await listed(store)).toEqual(records.filter((record) => record !== oldest));
});

test('what is gone already counts apart, although S3 would call it deleted', async () => {
  const store = await start(true);
  for (const key of ['a', 'b', 'c']) await world.put(key, key);
  const records = await listed(store);
  await store.remove(records.slice(1, 2));
  expect(await store.remove(records)).toMatchObject({ removed: 2, alreadyAbsent: 1, failed: [] });
  expect(await store.remove(records)).toMatchObject({ removed: 0, alreadyAbsent: 3 });
});

test('in an unversioned bucket an object is removed only while it is the one that was listed', async () => {
  const store = await start(false);
  for (const key of ['a', 'b']) await world.put(key, 'old');
  const records = await listed(store);
  expect(records.map((record) => record.kind === 'object' && record.versionId)).toEqual([
    'null',
    'null',
  ]);
  await world.put('a', 'new');
  const report = await store.remove(records);
  expect(report).toMatchObject({ removed: 1, alreadyAbsent: 0, failed: [] });
  expect(report.changed).toEqual([records[0]]);
  await expect(world.read(world.documents).open(records[0] as ObjectVersion)).rejects.toMatchObject(
    {
      name: 'SOURCE_CHANGED',
    },
  );
});

test('an object replaced between the listing and the delete is protected by its ETag', async () => {
  const store = await start(false);
  for (const key of ['a', 'line\nbreak']) await world.put(key, 'old');
  const records = await listed(store);
  for (const key of ['a', 'line\nbreak']) await world.put(key, 'new');
  const report = await store.remove(records, { listedJustNow: true });
  expect(report).toMatchObject({ removed: 0, failed: [] });
  expect(report.changed).toHaveLength(2);
  expect((await store.measure()).count).toBe(2);
});

test('where versioning is suspended, what took the place of a null version since it was listed is left', async () => {
  const store = await start(false);
  for (const key of ['hidden', 'kept', 'line\nbreak', 'older']) await world.put(key, 'old');
  const { bucket: Bucket } = store.descriptor as S3PrefixStore;
  const setVersioning = (Status: 'Enabled' | 'Suspended') =>
    world.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
  await setVersioning('Enabled');
  for (const key of ['kept', 'line\nbreak', 'older']) await world.put(key, 'current');
  await setVersioning('Suspended');
  await world.hide('hidden');
  const records = await listed(store);
  for (const key of ['hidden', 'line\nbreak', 'older']) await world.put(key, 'new');
  const report = await store.remove(records, { listedJustNow: true });
  // The current versions of three keys, and the one `null` that is still what it was.
  expect(report).toMatchObject({ removed: 3 + 1, alreadyAbsent: 0, failed: [] });
  expect(report.changed.map(({ key }) => key)).toEqual([
    'kp-1/hidden',
    'kp-1/line\nbreak',
    'kp-1/older',
  ]);
  expect((await listed(store)).map(({ key }) => key)).toEqual([
    'kp-1/hidden',
    'kp-1/line\nbreak',
    'kp-1/older',
  ]);
});

test('more than 1,000 records take one listing and one delete per 1,000', async () => {
  const store = await start(true);
  for (let start = 0; start < 1300; start += 50)
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => world.put(`doc-${start + index}`, 'x')),
    );
  const records = await listed(store);
  const calls = countCalls();
  expect(await store.remove(records)).toMatchObject({ removed: 1300, failed: [] });
  expect(calls).toEqual({ ListObjectVersionsCommand: 2, DeleteObjectsCommand: 2 });
});

test('it asks before every delete but the first, and after a no leaves the rest', async () => {
  const store = await start(true);
  const keys = ['a', 'b', ...Array.from({ length: 40 }, (_, index) => `line\n${index}`)];
  for (const key of keys) await world.put(key, key);
  const records = await listed(store);
  let asked = 0;
  const mayGoOn = async () => {
    asked += 1;
    return asked < 20;
  };
  // Two in one request, and each that XML cannot name in one of its own.
  const listedNow = await store.remove(records, { listedJustNow: true, mayGoOn });
  expect(listedNow).toMatchObject({ removed: 2 + 19, alreadyAbsent: 0, changed: [], failed: [] });
  expect(listedNow.left).toEqual(records.slice(2 + 19));
  const rest = await store.remove(records, { mayGoOn });
  expect(rest).toMatchObject({ removed: 1, alreadyAbsent: 2 + 19 });
  expect(rest.left).toEqual(records.slice(2 + 19 + 1));
  expect((await store.measure()).count).toBe(20);
});

test('a count goes on behind any of its pages', async () => {
  const store = await start(true);
  await world.put('doc', 'xx');
  await hideMany(store, 1100);
  const [first] = await counted(store.countPages());
  expect(first).toMatchObject({ count: 1000, bytes: 2, mark: expect.any(String) });
  const [second, ...more] = await counted(store.countPages(first?.mark));
  expect(second).toMatchObject({ count: 101, bytes: 0 });
  expect([second?.mark, more]).toEqual([undefined, []]);
});

test('a count names the same records as the inventory, versions and delete markers each in its order', async () => {
  const store = await start(true);
  await world.put('doc', 'old');
  await world.put('doc', 'new');
  await hideMany(store, 1100);
  await world.put('é %2F+', 'xx');
  const counting = await counted(store.countPages());
  expect(
    recordsHash(
      counting.reduce((chains, { records }) => chainRecords(chains, records), NO_RECORDS),
    ),
  ).toBe(recordsHash(chainRecords(NO_RECORDS, await listed(store))));
});

/** Puts delete markers on keys that are hard to name. */
async function hideMany({ descriptor }: Store, count: number): Promise<void> {
  const { bucket: Bucket, prefix } = descriptor as S3PrefixStore;
  const keys = Array.from({ length: count }, (_, index) => `${prefix}hidden ${index}%2F+é`);
  for (let start = 0; start < count; start += 1000) {
    const Objects = keys.slice(start, start + 1000).map((Key) => ({ Key }));
    await world.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  }
}

test('a version under a legal hold or a retention is reported as locked, whatever its key', async () => {
  const store = await start(true, { objectLock: true });
  for (const key of ['free', 'held', 'held\nas well', 'retained']) await world.put(key, key);
  for (const key of ['held', 'held\nas well'])
    await world.s3.send(
      new PutObjectLegalHoldCommand({
        Bucket: 'documents',
        Key: `kp-1/${key}`,
        LegalHold: { Status: 'ON' },
      }),
    );
  await world.s3.send(
    new PutObjectRetentionCommand({
      Bucket: 'documents',
      Key: 'kp-1/retained',
      Retention: { Mode: 'COMPLIANCE', RetainUntilDate: new Date('2030-01-01T00:00:00Z') },
    }),
  );
  const { removed, failed } = await store.remove(await listed(store), { listedJustNow: true });
  expect(removed).toBe(1);
  expect(Object.fromEntries(failed.map(({ record, code }) => [record.key, code]))).toEqual({
    'kp-1/held': 'ObjectLocked',
    'kp-1/held\nas well': 'ObjectLocked',
    'kp-1/retained': 'ObjectLocked',
  });
});

test('locks are asked for version by version only in a bucket that has them', async () => {
  const store = await start(true, { objectLock: true });
  for (const key of ['free', 'held']) await world.put(key, key);
  const held = { Bucket: 'documents', Key: 'kp-1/held' };
  await world.s3.send(new PutObjectLegalHoldCommand({ ...held, LegalHold: { Status: 'ON' } }));
  const records = await listed(store);
  const calls = countCalls();
  const countLocked = lockCounter(world.s3, store.descriptor);
  expect(await countLocked(records, new Date())).toBe(1);
  expect(await countLocked(records, new Date())).toBe(1);
  expect(calls).toEqual({
    GetObjectLockConfigurationCommand: 1,
    GetObjectLegalHoldCommand: 4,
    GetObjectRetentionCommand: 4,
  });
});

test('a bucket without locks is asked once, a table never', async () => {
  const store = await start(true);
  await world.put('free', 'free');
  const records = await listed(store);
  const calls = countCalls();
  const countLocked = lockCounter(world.s3, store.descriptor);
  expect(await countLocked(records, new Date())).toBe(0);
  expect(await countLocked(records, new Date())).toBe(0);
  expect(await lockCounter(world.s3, world.chunks)([], new Date())).toBe(0);
  expect(calls).toEqual({ GetObjectLockConfigurationCommand: 1 });
});

function countCalls(): Record<string, number> {
  const calls: Record<string, number> = {};
  world.s3.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        calls[commandName] = (calls[commandName] ?? 0) + 1;
        return next(args);
      },
    { step: 'initialize' },
  );
  return calls;
}

test('errors in the reply are read and retried, and refused records are reported by code', async () => {
  const store = await start(true);
  for (const key of ['a', 'b', 'c']) await world.put(key, key);
  let replies = 0;
  world.s3.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const result = await next(args);
        if (commandName !== 'DeleteObjectsCommand') return result;
        replies += 1;
        return { ...result, output: { ...result.output, ...withErrors(args.input, replies) } };
      },
    { step: 'initialize' },
  );
  const records = await listed(store);
  const report = await store.remove(records);
  expect(replies).toBe(2);
  expect(report).toMatchObject({ removed: 2, alreadyAbsent: 0 });
  expect(report.failed).toEqual([{ record: records[2], code: 'AccessDenied' }]);
});

test('a reply about something else is no answer', async () => {
  const store = await start(true);
  await world.put('a', 'a');
  world.s3.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const result = await next(args);
        if (commandName !== 'DeleteObjectsCommand') return result;
        const Errors = [{ Key: 'kp-1/a', VersionId: 'another', Code: 'AccessDenied' }];
        return { ...result, output: { ...result.output, Errors } };
      },
    { step: 'initialize' },
  );
  await expect(store.remove(await listed(store))).rejects.toThrow('not sent (AccessDenied)');
});

/** The first reply says SlowDown of `b`, and every reply AccessDenied of `c`. */
function withErrors(input: object, reply: number) {
  const { Delete } = input as { Delete: { Objects: { Key: string; VersionId: string }[] } };
  const refusals: Record<string, string> = { 'kp-1/c': 'AccessDenied' };
  if (reply === 1) refusals['kp-1/b'] = 'SlowDown';
  return {
    Errors: Delete.Objects.filter(({ Key }) => refusals[Key]).map((object) => ({
      ...object,
      Code: refusals[object.Key],
    })),
  };
}

test('a listing goes on behind the last record of any page', async () => {
  const store = await start(true);
  for (let round = 0; round < 6; round += 1) {
    await Promise.all(
      Array.from({ length: 300 }, (_, index) => world.put(`doc-${index}`, `${round}`)),
    );
    if (round % 2 === 0) await world.hide('doc-7');
  }
  const pages: (readonly StoreRecord[])[] = [];
  for await (const page of store.inventory()) pages.push(page);
  expect(pages.map(({ length }) => length)).toEqual([1000, 803]);
  expect(await listed(store, pages[0]?.at(-1))).toEqual(pages[1]);
});

test('uploads are aborted under the prefix and nowhere else', async () => {
  const store = await start(true);
  for (const Key of ['kp-1/a', 'kp-1/line\nbreak', 'kp-10/b', 'kp-1'])
    await world.s3.send(new CreateMultipartUploadCommand({ Bucket: 'documents', Key }));
  expect(await store.abortUploads()).toBe(2);
  expect(await store.abortUploads()).toBe(0);
  const { Uploads } = await world.s3.send(new ListMultipartUploadsCommand({ Bucket: 'documents' }));
  expect(Uploads?.map(({ Key }) => Key)).toEqual(['kp-1', 'kp-10/b']);
});

/** Lets the first request of a kind be done, and breaks the connection before its reply; the SDK then repeats it. */
function loseFirstReply(client: S3Client, command: string): void {
  let isLost = false;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const reply = await next(args);
        if (commandName !== command || isLost) return reply;
        isLost = true;
        throw Object.assign(new Error('lost'), { code: 'ECONNRESET' });
      },
    { step: 'finalizeRequest', priority: 'low' },
  );
}

test('what was done by a request whose reply was lost was done by us', async () => {
  const store = await start(false);
  for (const Key of ['kp-1/a', 'kp-1/b'])
    await world.s3.send(new CreateMultipartUploadCommand({ Bucket: 'documents', Key }));
  for (const key of ['a', 'line\nbreak']) await world.put(key, key);
  const { endpoint, region, credentials } = world.s3.config;
  const s3 = new S3Client({
    ...(endpoint && { endpoint }),
    region,
    credentials,
    forcePathStyle: true,
  });
  const patient = createS3PrefixStore(s3, store.descriptor as S3PrefixStore);
  const commands = ['AbortMultipartUploadCommand', 'DeleteObjectsCommand', 'DeleteObjectCommand'];
  for (const command of commands) loseFirstReply(s3, command);
  expect(await patient.abortUploads()).toBe(2);
  const removal = await patient.remove(await listed(store), { listedJustNow: true });
  expect(removal).toMatchObject({ removed: 2, alreadyAbsent: 0, changed: [], failed: [] });
});

test('an object in an archive class is told apart from one that changed', async () => {
  const store = await start(true);
  await world.s3.send(
    new PutObjectCommand({
      Bucket: 'documents',
      Key: 'kp-1/cold',
      Body: 'x',
      StorageClass: 'GLACIER',
    }),
  );
  const [record] = await listed(store);
  expect(record).toMatchObject({ storageClass: 'GLACIER' });
  await expect(world.read(world.documents).open(record as ObjectVersion)).rejects.toMatchObject({
    name: 'ARCHIVE_FAILED',
    message: 'a source object lies in an archive class: restore it first',
  });
});
