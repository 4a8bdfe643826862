import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type S3Harness, startS3Harness } from '../../support/s3-harness.ts';

const Bucket = 'versions-bucket';
let s3: S3Harness;
beforeAll(async () => {
  s3 = await startS3Harness();
  s3.service.createBucket(Bucket, { versioned: true });
  s3.service.createBucket('plain-bucket', { versioned: false });
});
afterAll(() => s3.close());

const put = async (Key: string, Body: string) => {
  const { VersionId, ETag } = await s3.client.send(new PutObjectCommand({ Bucket, Key, Body }));
  return { versionId: VersionId ?? '', etag: ETag ?? '' };
};
const read = async (Key: string, VersionId?: string) => {
  const got = await s3.client.send(
    new GetObjectCommand({ Bucket, Key, ...(VersionId ? { VersionId } : {}) }),
  );
  return got.Body?.transformToString();
};

describe('a versioned bucket', () => {
  test('reads each version by its id and the newest by key', async () => {
    const one = await put('read', 'one');
    const two = await put('read', 'two');
    expect(await read('read')).toBe('two');
    expect(await read('read', one.versionId)).toBe('one');
    await s3.client.send(
      new DeleteObjectCommand({ Bucket, Key: 'read', VersionId: two.versionId }),
    );
    expect(await read('read')).toBe('one');
    await expect(read('read', two.versionId)).rejects.toMatchObject({ name: 'NoSuchVersion' });
    await expect(read('read', 'not-an-id')).rejects.toMatchObject({ name: 'InvalidArgument' });
  });

  test('hides a key behind a delete marker, which is no object', async () => {
    const { versionId } = await put('marked', 'x');
    const deleted = await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'marked' }));
    expect(deleted.DeleteMarker).toBe(true);
    await expect(read('marked')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(read('marked', deleted.VersionId)).rejects.toMatchObject({
      name: 'MethodNotAllowed',
      $metadata: { httpStatusCode: 405 },
    });
    await expect(
      s3.client.send(
        new HeadObjectCommand({ Bucket, Key: 'marked', VersionId: deleted.VersionId }),
      ),
    ).rejects.toMatchObject({ $metadata: { httpStatusCode: 405 } });
    expect(await read('marked', versionId)).toBe('x');

    const undeleted = await s3.client.send(
      new DeleteObjectCommand({ Bucket, Key: 'marked', VersionId: deleted.VersionId }),
    );
    expect(undeleted).toMatchObject({ DeleteMarker: true, VersionId: deleted.VersionId });
    expect(await read('marked')).toBe('x');
  });

  test('restores an old version by copying it onto itself', async () => {
    const { versionId } = await put('again', 'old');
    await put('again', 'new');
    const copied = await s3.client.send(
      new CopyObjectCommand({
        Bucket,
        Key: 'again',
        CopySource: `${Bucket}/again?versionId=${versionId}`,
      }),
    );
    expect(copied.CopySourceVersionId).toBe(versionId);
    expect(copied.CopyObjectResult?.LastModified).toEqual(new Date('2027-03-01T10:00:00.000Z'));
    expect(await read('again')).toBe('old');
  });
});

describe('DeleteObjects', () => {
  test('answers for every key: versions, markers and what is not there', async () => {
    const { versionId } = await put('many/a', 'x');
    await put('many/b', 'x');
    const absent = (await put('many/gone', 'x')).versionId;
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'many/gone', VersionId: absent }));
    const reply = await s3.client.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: {
          Objects: [
            { Key: 'many/a', VersionId: versionId },
            { Key: 'many/b' },
            { Key: 'many/gone', VersionId: absent },
          ],
        },
      }),
    );
    expect(reply.Errors).toBeUndefined();
    expect(reply.Deleted).toEqual([
      { Key: 'many/a', VersionId: versionId },
      { Key: 'many/b', DeleteMarker: true, DeleteMarkerVersionId: expect.any(String) },
      { Key: 'many/gone', VersionId: absent },
    ]);
    const left = await s3.client.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'many/' }));
    expect(left.Versions?.map((version) => version.Key)).toEqual(['many/b']);
    expect(left.DeleteMarkers?.map((version) => version.Key)).toEqual(['many/b']);
  });

  test('when quiet, speaks of errors only', async () => {
    const { etag } = await put('quiet', 'x');
    await put('quiet', 'y');
    const reply = await s3.client.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: { Quiet: true, Objects: [{ Key: 'quiet/none' }, { Key: 'quiet', ETag: etag }] },
      }),
    );
    expect(reply.Deleted).toBeUndefined();
    expect(reply.Errors).toMatchObject([{ Key: 'quiet', Code: 'PreconditionFailed' }]);
    expect(await read('quiet')).toBe('y');
  });

  test('takes 1,000 keys and no more', async () => {
    const objects = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ Key: `absent/${index}` }));
    const reply = await s3.client.send(
      new DeleteObjectsCommand({ Bucket: 'plain-bucket', Delete: { Objects: objects(1000) } }),
    );
    expect(reply.Deleted).toHaveLength(1000);
    for (const count of [0, 1001]) {
      await expect(
        s3.client.send(
          new DeleteObjectsCommand({ Bucket: 'plain-bucket', Delete: { Objects: objects(count) } }),
        ),
      ).rejects.toMatchObject({ name: 'MalformedXML' });
    }
  });
});
