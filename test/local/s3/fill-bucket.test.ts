import { randomBytes } from 'node:crypto';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type S3Harness, startS3Harness } from '../../support/s3-harness.ts';

const BODY = randomBytes(3000);
let harness: S3Harness;

beforeAll(async () => {
  harness = await startS3Harness();
  harness.service.createBucket('filled', { versioned: true });
  harness.service.fillBucket('filled', [
    { key: 'b', body: BODY },
    { key: 'a', body: BODY },
    { key: 'a', body: undefined },
    { key: 'empty', body: Buffer.alloc(0) },
  ]);
});
afterAll(() => harness.close());

test('filled versions are listed as written ones would be, in the order they were given', async () => {
  const listed = await harness.client.send(new ListObjectVersionsCommand({ Bucket: 'filled' }));
  expect(listed.Versions?.map(({ Key, Size, IsLatest }) => [Key, Size, IsLatest])).toEqual([
    ['a', 3000, false],
    ['b', 3000, true],
    ['empty', 0, true],
  ]);
  expect(listed.DeleteMarkers?.map(({ Key, IsLatest }) => [Key, IsLatest])).toEqual([['a', true]]);
});

test('a filled version is read with its checksum, and copied under the MD5 that is its ETag', async () => {
  const { Body, ETag, ChecksumCRC64NVME } = await harness.client.send(
    new GetObjectCommand({ Bucket: 'filled', Key: 'b', ChecksumMode: 'ENABLED' }),
  );
  expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(BODY)).toBe(true);
  expect(ChecksumCRC64NVME).toMatch(/^[A-Za-z0-9+/]{11}=$/);
  const copy = new CopyObjectCommand({ Bucket: 'filled', Key: 'copy', CopySource: 'filled/b' });
  const copied = await harness.client.send(copy);
  expect(copied.CopyObjectResult?.ETag).toBe(ETag);
});

test('versions that share a buffer are deleted one by one', async () => {
  const { Versions } = await harness.client.send(
    new ListObjectVersionsCommand({ Bucket: 'filled', Prefix: 'a' }),
  );
  const VersionId = Versions?.[0]?.VersionId;
  await harness.client.send(new DeleteObjectCommand({ Bucket: 'filled', Key: 'a', VersionId }));
  const { Body } = await harness.client.send(new GetObjectCommand({ Bucket: 'filled', Key: 'b' }));
  expect((await Body?.transformToByteArray())?.length).toBe(3000);
});

test('a bucket that is not there cannot be filled', () => {
  expect(() => harness.service.fillBucket('nowhere', [{ key: 'a', body: BODY }])).toThrow(
    'The specified bucket does not exist',
  );
});
