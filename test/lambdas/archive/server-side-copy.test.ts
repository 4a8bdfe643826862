import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterEach, expect, test } from 'vitest';
import { type CopyTarget, copyToVault } from '../../../lambdas/archive/server-side-copy.ts';
import { vaultBucket } from '../../../lambdas/archive/vault.ts';
import type { ObjectVersion } from '../../../lambdas/core/store-record.ts';
import type { RecordReader } from '../../../lambdas/stores/record-reader.ts';
import { s3RecordReader } from '../../../lambdas/stores/s3-record-reader.ts';
import { listVersions } from '../../../lambdas/stores/s3-versions.ts';
import { intercept } from '../../support/intercept.ts';
import { type S3Harness, startS3Harness } from '../../support/s3-harness.ts';

const STORE = { kind: 's3-prefix', bucket: 'documents', prefix: 'kp-1/' } as const;
const LIMITS = { copyObjectMaxBytes: 100, copyPartBytes: 40, copyPartsAtOnce: 2, uploadParts: 100 };
const HOSTILE_KEYS = [
  'plain.md',
  'plus+and space.md',
  'quote"\'<b>&amp;.md',
  'line\nbreak.md',
  '../up.md',
  'encoded%2Fslash%25.md',
  'what?versionId=null&x#y.md',
  'ünïcode/😀.md',
];
/** Copied in one request, and by parts. */
const [WHOLE, BY_PARTS] = [100, 150];
const EACH_WAY = [
  ['as a whole', WHOLE],
  ['by parts', BY_PARTS],
] as const;

const DIFFERS = {
  name: 'INTEGRITY_MISMATCH',
  message: 'a copy by parts differs from its source',
};

let s3: S3Harness;
afterEach(() => s3.close());

async function start({ versioned = true } = {}): Promise<void> {
  s3 = await startS3Harness({ minimumPartBytes: 1 });
  s3.service.createBucket('documents', { versioned });
  s3.service.createBucket('vault', { versioned: true });
}

async function put(key: string, body: string): Promise<void> {
  await s3.client.send(new PutObjectCommand({ Bucket: 'documents', Key: key, Body: body }));
}

async function listed(): Promise<ObjectVersion[]> {
  const records: ObjectVersion[] = [];
  for await (const page of listVersions(s3.client, STORE))
    records.push(...page.filter((record) => record.kind === 'object'));
  return records;
}

/** Puts one document and lists it. */
async function putOne(body: string): Promise<ObjectVersion> {
  await put('kp-1/doc', body);
  const [record] = await listed();
  if (!record) throw new Error('nothing is listed');
  return record;
}

function copy(
  record: ObjectVersion,
  { key = 'copy', limits = {} as Partial<CopyTarget['limits']>, open = openSource() } = {},
) {
  const target = { client: s3.client, bucket: 'vault', storageClass: 'STANDARD' } as const;
  const reader = { descriptor: STORE, open };
  return copyToVault({ ...target, limits: { ...LIMITS, ...limits } }, key, { reader, record });
}

function openSource(): RecordReader['open'] {
  return s3RecordReader(s3.client, STORE).open;
}

/** Changes what S3 answers to one kind of command. */
function answer(command: string, changes: object): void {
  intercept(s3.client, command, async (send) => ({ ...(await send()), ...changes }));
}

async function expectNothingLeft(): Promise<void> {
  const Bucket = 'vault';
  const { Uploads = [] } = await s3.client.send(new ListMultipartUploadsCommand({ Bucket }));
  const { Contents = [] } = await s3.client.send(new ListObjectsV2Command({ Bucket }));
  expect([...Uploads, ...Contents]).toEqual([]);
}

test.each(EACH_WAY)(
  'every version of a document is copied %s under its own bytes, whatever its key',
  async (_, bytes) => {
    await start();
    const contents = new Map<string, readonly string[]>();
    for (const [number, name] of HOSTILE_KEYS.entries()) {
      const [before, now] = [`${number} before`.padEnd(bytes), `${number} now`.padEnd(bytes)];
      for (const content of [before, now]) await put(`kp-1/${name}`, content);
      contents.set(`kp-1/${name}`, [now, before]);
    }
    const copied = new Map<string, readonly string[]>();
    for (const [number, record] of (await listed()).entries()) {
      const key = `copy-${number}`;
      const { sha256, checksum, ...payload } = await copy(record, { key });
      const { Body } = await s3.client.send(new GetObjectCommand({ Bucket: 'vault', Key: key }));
      const content = (await Body?.transformToString()) ?? '';
      copied.set(record.key, [...(copied.get(record.key) ?? []), content]);
      expect(sha256).toBe(createHash('sha256').update(content).digest('hex'));
      expect(await vaultBucket(s3.client, 'vault').readStored(key)).toMatchObject({
        ...payload,
        checksums: { [checksum.algorithm]: checksum.value },
      });
    }
    expect(copied).toEqual(contents);
  },
);

test.each(EACH_WAY)('an unversioned document that changed is not copied %s', async (_, bytes) => {
  await start({ versioned: false });
  const record = await putOne('a'.repeat(bytes));
  await put(record.key, 'b'.repeat(bytes));
  await expect(copy(record)).rejects.toMatchObject({ name: 'SOURCE_CHANGED' });
  await expectNothingLeft();
});

test('where versioning is suspended, a document hidden since is not copied by parts', async () => {
  await start({ versioned: false });
  const record = await putOne('a'.repeat(BY_PARTS));
  const Bucket = 'documents';
  for (const Status of ['Enabled', 'Suspended'] as const)
    await s3.client.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }),
    );
  await s3.client.send(new DeleteObjectCommand({ Bucket, Key: record.key }));
  await expect(copy(record)).rejects.toMatchObject({ name: 'SOURCE_CHANGED' });
  await expectNothingLeft();
});

test('a part of a document that changed since it was hashed is not copied', async () => {
  await start({ versioned: false });
  const record = await putOne('a'.repeat(BY_PARTS));
  const open = async () => ({ content: Readable.from([Buffer.alloc(BY_PARTS, 'a')]) });
  intercept(s3.client, 'CreateMultipartUploadCommand', async (send) => {
    await put(record.key, 'b'.repeat(BY_PARTS));
    return send();
  });
  await expect(copy(record, { open })).rejects.toMatchObject({ name: 'SOURCE_CHANGED' });
  await expectNothingLeft();
});

test('a copy that S3 answers without its SHA-256 is none', async () => {
  await start();
  const record = await putOne('a'.repeat(WHOLE));
  answer('CopyObjectCommand', { CopyObjectResult: { ETag: '"e"' } });
  await expect(copy(record)).rejects.toMatchObject({
    name: 'INTEGRITY_MISMATCH',
    message: 'S3 copied an object without its SHA-256',
  });
});

test.each([
  [
    'of another CRC than its source has',
    'HeadObjectCommand',
    { ChecksumCRC64NVME: 'AAAAAAAAAAA=' },
  ],
  ['without a CRC', 'CompleteMultipartUploadCommand', { ChecksumCRC32: undefined }],
])('a copy by parts %s is none', async (_, command, change) => {
  await start();
  const record = await putOne('a'.repeat(BY_PARTS));
  answer(command, change);
  await expect(copy(record)).rejects.toMatchObject(DIFFERS);
});

test('however what is hashed comes in, it is the same', async () => {
  await start();
  const record = await putOne('ab'.repeat(BY_PARTS / 2));
  const pieces = Array.from({ length: BY_PARTS / 2 }, () => Buffer.from('ab'));
  const inPieces = await copy(record, { open: async () => ({ content: Readable.from(pieces) }) });
  expect(inPieces).toEqual(await copy(record));
});

test('a copy by parts of other bytes than were hashed is none', async () => {
  await start();
  const record = await putOne('a'.repeat(BY_PARTS));
  const open = async () => ({ content: Readable.from([Buffer.alloc(BY_PARTS, 'b')]) });
  await expect(copy(record, { open })).rejects.toMatchObject(DIFFERS);
});

test.each(['CRC64NVME', 'CRC32'] as const)(
  'a copy by parts is kept under its %s: as its source has one, or was read',
  async (algorithm) => {
    await start();
    const Body = 'a'.repeat(BY_PARTS);
    const source = { Bucket: 'documents', Key: 'kp-1/doc' };
    await s3.client.send(new PutObjectCommand({ ...source, Body, ChecksumAlgorithm: algorithm }));
    const { [`Checksum${algorithm}` as const]: value } = await s3.client.send(
      new HeadObjectCommand({ ...source, ChecksumMode: 'ENABLED' }),
    );
    expect(value).toEqual(expect.any(String));
    const [record] = await listed();
    expect(record && (await copy(record)).checksum).toEqual({ algorithm, value });
  },
);

test('what is read of a document with a CRC-64 of its own is compared with it', async () => {
  await start();
  const source = { Bucket: 'documents', Key: 'kp-1/doc', Body: 'a'.repeat(BY_PARTS) };
  await s3.client.send(new PutObjectCommand({ ...source, ChecksumAlgorithm: 'CRC64NVME' }));
  const [record] = await listed();
  s3.client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const reply = await next(args);
        const { headers } = reply.response as { headers: Record<string, string> };
        if (commandName === 'GetObjectCommand')
          headers['x-amz-checksum-crc64nvme'] = 'AAAAAAAAAAA=';
        return reply;
      },
    { step: 'deserialize', priority: 'low' },
  );
  await expect(record && copy(record)).rejects.toThrow(/checksum/i);
  await expectNothingLeft();
});

test('a part that cannot be copied leaves nothing of its upload behind', async () => {
  await start();
  const record = await putOne('a'.repeat(BY_PARTS));
  let parts = 0;
  intercept(s3.client, 'UploadPartCopyCommand', async (send) => {
    parts += 1;
    if (parts === 3) throw new Error('no third part');
    return send();
  });
  await expect(copy(record)).rejects.toThrow('no third part');
  await expectNothingLeft();
});

test('what is hashed of a document must be all of it', async () => {
  await start();
  const record = await putOne('a'.repeat(BY_PARTS));
  const open = async () => ({ content: Readable.from([Buffer.alloc(BY_PARTS - 1, 'a')]) });
  await expect(copy(record, { open })).rejects.toMatchObject({
    name: 'SOURCE_CHANGED',
    message: 'an object of 150 bytes had 149',
  });
  await expectNothingLeft();
});

test('parts are doubled until there are no more of them than S3 takes', async () => {
  await start();
  const record = await putOne('a'.repeat(BY_PARTS));
  const ranges: unknown[] = [];
  intercept(s3.client, 'UploadPartCopyCommand', (send, input) => {
    ranges.push((input as { CopySourceRange?: string }).CopySourceRange);
    return send();
  });
  await copy(record, { limits: { copyPartBytes: 10, uploadParts: 4 } });
  expect(ranges).toEqual(['bytes=0-39', 'bytes=40-79', 'bytes=80-119', 'bytes=120-149']);
});
