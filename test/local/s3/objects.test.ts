import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type S3Harness, startS3Harness } from '../../support/s3-harness.ts';

const MIB = 1024 * 1024;
const Bucket = 'objects-bucket';
let s3: S3Harness;
beforeAll(async () => {
  s3 = await startS3Harness();
  s3.service.createBucket(Bucket, { versioned: false });
});
afterAll(() => s3.close());

async function read(key: string, more: { Range?: string; VersionId?: string } = {}) {
  const reply = await s3.client.send(new GetObjectCommand({ Bucket, Key: key, ...more }));
  const body = Buffer.from((await reply.Body?.transformToByteArray()) ?? []);
  return { ...reply, body };
}

describe('buckets', () => {
  test('are created, listed, versioned and deleted when empty', async () => {
    const named = { Bucket: 'made-over-the-wire' };
    await s3.client.send(new CreateBucketCommand(named));
    await expect(s3.client.send(new CreateBucketCommand(named))).rejects.toMatchObject({
      name: 'BucketAlreadyOwnedByYou',
    });
    await expect(
      s3.client.send(new CreateBucketCommand({ Bucket: 'Not_A_Bucket' })),
    ).rejects.toMatchObject({ name: 'InvalidBucketName' });
    expect((await s3.client.send(new HeadBucketCommand(named))).BucketRegion).toBe('us-east-1');
    const listed = await s3.client.send(new ListBucketsCommand({}));
    expect(listed.Buckets?.map((bucket) => bucket.Name)).toEqual(['made-over-the-wire', Bucket]);

    const status = async () => (await s3.client.send(new GetBucketVersioningCommand(named))).Status;
    expect(await status()).toBeUndefined();
    await s3.client.send(
      new PutBucketVersioningCommand({ ...named, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    expect(await status()).toBe('Enabled');

    await s3.client.send(new PutObjectCommand({ ...named, Key: 'a', Body: 'a' }));
    await s3.client.send(new DeleteObjectCommand({ ...named, Key: 'a' }));
    await expect(s3.client.send(new DeleteBucketCommand(named))).rejects.toMatchObject({
      name: 'BucketNotEmpty',
    });
  });

  test('that do not exist are NoSuchBucket, or a bare 404 to HEAD', async () => {
    const missing = { Bucket: 'missing-bucket' };
    await expect(
      s3.client.send(new GetObjectCommand({ ...missing, Key: 'a' })),
    ).rejects.toMatchObject({ name: 'NoSuchBucket' });
    await expect(s3.client.send(new HeadBucketCommand(missing))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });
});

describe('an object', () => {
  test('comes back with its bytes, metadata and ETag', async () => {
    const put = await s3.client.send(
      new PutObjectCommand({
        Bucket,
        Key: 'described',
        Body: 'hello',
        ContentType: 'text/plain; charset=utf-8',
        CacheControl: 'no-store',
        ContentEncoding: 'identity',
        Metadata: { plane: 'kp_1' },
        StorageClass: 'STANDARD_IA',
      }),
    );
    expect(put.ETag).toBe('"5d41402abc4b2a76b9719d911017c592"');
    expect(put.VersionId).toBeUndefined();
    expect(put.ServerSideEncryption).toBe('AES256');
    const got = await read('described');
    expect(got.body.toString()).toBe('hello');
    expect(got).toMatchObject({
      ContentType: 'text/plain; charset=utf-8',
      CacheControl: 'no-store',
      ContentEncoding: 'identity',
      ContentLength: 5,
      Metadata: { plane: 'kp_1' },
      StorageClass: 'STANDARD_IA',
      ETag: '"5d41402abc4b2a76b9719d911017c592"',
      LastModified: new Date('2027-03-01T10:00:00.000Z'),
    });
    const head = await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'described' }));
    expect(head.ContentLength).toBe(5);
    expect(head.StorageClass).toBe('STANDARD_IA');
  });

  test('of a stream travels aws-chunked with its checksum in a trailer', async () => {
    const body = randomBytes(300_000);
    await s3.client.send(
      new PutObjectCommand({
        Bucket,
        Key: 'streamed',
        Body: Readable.from([body.subarray(0, 100_001), body.subarray(100_001)]),
        ContentLength: body.length,
        ContentEncoding: 'gzip',
      }),
    );
    const got = await read('streamed');
    expect(got.body.equals(body)).toBe(true);
    expect(got.ContentEncoding).toBe('gzip');
  });

  test('may be empty', async () => {
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'empty' }));
    const got = await read('empty');
    expect(got.ContentLength).toBe(0);
    expect(got.ETag).toBe('"d41d8cd98f00b204e9800998ecf8427e"');
    await expect(read('empty', { Range: 'bytes=0-' })).rejects.toMatchObject({
      name: 'InvalidRange',
    });
  });

  test('that does not exist is NoSuchKey, or a bare 404 to HEAD', async () => {
    await expect(read('absent')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(
      s3.client.send(new HeadObjectCommand({ Bucket, Key: 'absent' })),
    ).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('with more than 2 KB of user metadata is refused', async () => {
    await expect(
      s3.client.send(new PutObjectCommand({ Bucket, Key: 'm', Metadata: { a: 'x'.repeat(2048) } })),
    ).rejects.toMatchObject({ name: 'MetadataTooLarge' });
  });

  test.each([
    ['bytes=0-3', 'bytes 0-3/10', '0123'],
    ['bytes=7-', 'bytes 7-9/10', '789'],
    ['bytes=-4', 'bytes 6-9/10', '6789'],
    ['bytes=8-99', 'bytes 8-9/10', '89'],
  ])('gives the range %s', async (Range, contentRange, bytes) => {
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'ranged', Body: '0123456789' }));
    const got = await read('ranged', { Range });
    expect(got.$metadata.httpStatusCode).toBe(206);
    expect(got.ContentRange).toBe(contentRange);
    expect(got.body.toString()).toBe(bytes);
  });

  test('refuses a range beyond its end', async () => {
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'ranged', Body: '0123456789' }));
    await expect(read('ranged', { Range: 'bytes=10-' })).rejects.toMatchObject({
      name: 'InvalidRange',
      $metadata: { httpStatusCode: 416 },
    });
  });
});

describe('bodies over 1 MiB', () => {
  test('live in files, shared by copies, gone with the last reference', async () => {
    const before = await s3.countFiles();
    const body = randomBytes(3 * MIB + 17);
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'big', Body: body }));
    await s3.client.send(
      new CopyObjectCommand({ Bucket, Key: 'big-copy', CopySource: `${Bucket}/big` }),
    );
    expect(await s3.countFiles()).toBe(before + 1);

    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'big' }));
    expect((await read('big-copy')).body.equals(body)).toBe(true);
    const middle = await read('big-copy', { Range: `bytes=${MIB - 1}-${2 * MIB}` });
    expect(middle.body.equals(body.subarray(MIB - 1, 2 * MIB + 1))).toBe(true);

    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'big-copy', Body: 'small' }));
    expect(await s3.countFiles()).toBe(before);
  });

  test('survive their object while they are being read', async () => {
    const before = await s3.countFiles();
    const body = Buffer.alloc(24 * MIB, 'x');
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'read-then-gone', Body: body }));
    const reply = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'read-then-gone' }));
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'read-then-gone' }));
    expect((await text(reply.Body as Readable)).length).toBe(body.length);
    await expect.poll(() => s3.countFiles()).toBe(before);
  });

  test('are read whole or not at all while their object is being deleted', async () => {
    const before = await s3.countFiles();
    for (let round = 0; round < 20; round += 1) {
      await s3.client.send(
        new PutObjectCommand({ Bucket, Key: 'raced', Body: Buffer.alloc(2 * MIB, 'x') }),
      );
      const [first, , second] = await Promise.allSettled([
        read('raced'),
        s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'raced' })),
        read('raced'),
      ]);
      for (const outcome of [first, second]) {
        if (outcome.status === 'fulfilled') expect(outcome.value.body).toHaveLength(2 * MIB);
        else expect(outcome.reason).toMatchObject({ name: 'NoSuchKey' });
      }
    }
    await expect.poll(() => s3.countFiles()).toBe(before);
  });

  test('that break off leave nothing behind', async () => {
    const before = await s3.countFiles();
    const stalling = new Readable({ read: () => undefined });
    stalling.push(randomBytes(4 * MIB));
    const abort = new AbortController();
    const upload = s3.client.send(
      new PutObjectCommand({ Bucket, Key: 'broken', Body: stalling, ContentLength: 9 * MIB }),
      { abortSignal: abort.signal },
    );
    await expect.poll(() => s3.countFiles()).toBe(before + 1);
    abort.abort();
    await expect(upload).rejects.toMatchObject({ name: 'AbortError' });
    await expect.poll(() => s3.countFiles()).toBe(before);
    await expect(read('broken')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('what is not there', () => {
  test.each([
    ['an operation', new GetObjectAclCommand({ Bucket, Key: 'described' })],
    [
      'another operation',
      new PutObjectTaggingCommand({ Bucket, Key: 'described', Tagging: { TagSet: [] } }),
    ],
    ['a query parameter', new GetObjectCommand({ Bucket, Key: 'described', PartNumber: 1 })],
    ['a header', new PutObjectCommand({ Bucket, Key: 'tagged', Tagging: 'a=b' })],
    [
      'a checksum algorithm',
      new CopyObjectCommand({
        Bucket,
        Key: 'c',
        CopySource: `${Bucket}/described`,
        ChecksumAlgorithm: 'SHA512',
      }),
    ],
  ])('is refused by name: %s', async (_what, command) => {
    await expect(s3.client.send(command as GetObjectAclCommand)).rejects.toMatchObject({
      name: 'NotImplemented',
      $metadata: { httpStatusCode: 501 },
    });
  });
});
