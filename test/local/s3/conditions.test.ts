import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type S3Harness, startS3Harness } from '../../support/s3-harness.ts';

const Bucket = 'conditions-bucket';
const PRECONDITION_FAILED = { name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } };
const HELLO = '"5d41402abc4b2a76b9719d911017c592"';
const OTHER = '"00000000000000000000000000000000"';
const WRITTEN = new Date('2027-03-01T10:00:00.000Z');
const LATER = new Date('2027-03-01T10:00:01.000Z');
const EARLIER = new Date('2027-03-01T09:59:59.000Z');

let s3: S3Harness;
beforeAll(async () => {
  s3 = await startS3Harness();
  s3.service.createBucket(Bucket, { versioned: true });
  await s3.client.send(new PutObjectCommand({ Bucket, Key: 'hello', Body: 'hello' }));
});
afterAll(() => s3.close());

const put = (more: object) =>
  s3.client.send(new PutObjectCommand({ Bucket, Key: 'written', Body: 'hello', ...more }));
const copy = (more: object) =>
  s3.client.send(
    new CopyObjectCommand({ Bucket, Key: 'copied', CopySource: `${Bucket}/hello`, ...more }),
  );

describe('writes', () => {
  test('If-None-Match: * writes once', async () => {
    await put({ IfNoneMatch: '*' });
    await expect(put({ IfNoneMatch: '*' })).rejects.toMatchObject(PRECONDITION_FAILED);
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'written' }));
    await put({ IfNoneMatch: '*' });
  });

  test('of several at once with If-None-Match: * exactly one wins', async () => {
    const attempts = await Promise.allSettled(
      Array.from({ length: 8 }, () => put({ Key: 'raced', IfNoneMatch: '*' })),
    );
    expect(attempts.filter((attempt) => attempt.status === 'fulfilled')).toHaveLength(1);
  });

  test('If-Match replaces exactly what was read', async () => {
    await put({ Key: 'matched' });
    await expect(put({ Key: 'matched', IfMatch: OTHER })).rejects.toMatchObject(
      PRECONDITION_FAILED,
    );
    await put({ Key: 'matched', IfMatch: HELLO });
    await expect(put({ Key: 'never written', IfMatch: HELLO })).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
  });

  test('copies bind their destination and their source', async () => {
    await copy({ IfNoneMatch: '*' });
    await expect(copy({ IfNoneMatch: '*' })).rejects.toMatchObject(PRECONDITION_FAILED);
    await copy({ CopySourceIfMatch: HELLO });
    for (const condition of [
      { CopySourceIfMatch: OTHER },
      { CopySourceIfNoneMatch: HELLO },
      { CopySourceIfModifiedSince: WRITTEN },
      { CopySourceIfUnmodifiedSince: EARLIER },
    ]) {
      await expect(copy(condition)).rejects.toMatchObject(PRECONDITION_FAILED);
    }
  });

  test('deletions bind to the current object', async () => {
    await put({ Key: 'doomed' });
    const remove = (IfMatch: string) =>
      s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'doomed', IfMatch }));
    await expect(remove(OTHER)).rejects.toMatchObject(PRECONDITION_FAILED);
    await remove(HELLO);
    await expect(remove(HELLO)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('reads', () => {
  const get = (more: object) =>
    s3.client.send(new GetObjectCommand({ Bucket, Key: 'hello', ...more }));

  test.each([
    ['If-Match', { IfMatch: HELLO }],
    ['If-None-Match', { IfNoneMatch: OTHER }],
    ['If-Modified-Since', { IfModifiedSince: EARLIER }],
    ['If-Unmodified-Since', { IfUnmodifiedSince: WRITTEN }],
    ['If-Match before If-Unmodified-Since', { IfMatch: HELLO, IfUnmodifiedSince: EARLIER }],
    ['If-None-Match before If-Modified-Since', { IfNoneMatch: OTHER, IfModifiedSince: LATER }],
  ])('%s lets through', async (_name, condition) => {
    expect((await get(condition)).$metadata.httpStatusCode).toBe(200);
  });

  test.each([
    ['If-Match', { IfMatch: OTHER }, 412],
    ['If-Unmodified-Since', { IfUnmodifiedSince: EARLIER }, 412],
    ['If-None-Match', { IfNoneMatch: HELLO }, 304],
    ['If-Modified-Since', { IfModifiedSince: WRITTEN }, 304],
  ])('%s stops with %s', async (_name, condition, status) => {
    const stopped = { $metadata: { httpStatusCode: status } };
    await expect(get(condition)).rejects.toMatchObject(stopped);
    await expect(
      s3.client.send(new HeadObjectCommand({ Bucket, Key: 'hello', ...condition })),
    ).rejects.toMatchObject(stopped);
  });
});
