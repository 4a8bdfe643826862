import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  RestoreObjectCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type S3Harness, startS3Harness } from '../../support/s3-harness.ts';

const Bucket = 'restore-bucket';
const Key = 'archived';
let s3: S3Harness;
beforeEach(async () => {
  s3 = await startS3Harness();
  s3.service.createBucket(Bucket, { versioned: true });
  await s3.client.send(
    new PutObjectCommand({ Bucket, Key, Body: 'cold', StorageClass: 'DEEP_ARCHIVE' }),
  );
});
afterEach(() => s3.close());

const read = async () => {
  const got = await s3.client.send(new GetObjectCommand({ Bucket, Key }));
  return got.Body?.transformToString();
};
const copy = () =>
  s3.client.send(new CopyObjectCommand({ Bucket, Key: 'warm', CopySource: `${Bucket}/${Key}` }));
const restore = (Days: number, Tier?: 'Standard' | 'Bulk' | 'Expedited') =>
  s3.client.send(
    new RestoreObjectCommand({
      Bucket,
      Key,
      RestoreRequest: { Days, ...(Tier ? { GlacierJobParameters: { Tier } } : {}) },
    }),
  );
const restoreHeader = async () =>
  (await s3.client.send(new HeadObjectCommand({ Bucket, Key }))).Restore;

describe('an archived object', () => {
  test('can be headed but neither read nor copied', async () => {
    const head = await s3.client.send(new HeadObjectCommand({ Bucket, Key }));
    expect(head).toMatchObject({ StorageClass: 'DEEP_ARCHIVE', ContentLength: 4 });
    await expect(read()).rejects.toMatchObject({
      name: 'InvalidObjectState',
      StorageClass: 'DEEP_ARCHIVE',
      $metadata: { httpStatusCode: 403 },
    });
    await expect(copy()).rejects.toMatchObject({ name: 'ObjectNotInActiveTierError' });
    const { UploadId } = await s3.client.send(
      new CreateMultipartUploadCommand({ Bucket, Key: 'parts' }),
    );
    await expect(
      s3.client.send(
        new UploadPartCopyCommand({
          Bucket,
          Key: 'parts',
          UploadId,
          PartNumber: 1,
          CopySource: `${Bucket}/${Key}`,
        }),
      ),
    ).rejects.toMatchObject({ name: 'InvalidObjectState' });
  });

  test('is readable twelve hours after its restore was asked for, until it expires', async () => {
    expect((await restore(2)).$metadata.httpStatusCode).toBe(202);
    expect(await restoreHeader()).toBe('ongoing-request="true"');
    await expect(restore(2)).rejects.toMatchObject({ name: 'RestoreAlreadyInProgress' });
    s3.advanceHours(11);
    await expect(read()).rejects.toMatchObject({ name: 'InvalidObjectState' });

    s3.advanceHours(1);
    expect(await read()).toBe('cold');
    await copy();
    expect(await restoreHeader()).toBe(
      'ongoing-request="false", expiry-date="Thu, 04 Mar 2027 00:00:00 GMT"',
    );
    expect((await restore(5)).$metadata.httpStatusCode).toBe(200);
    expect(await restoreHeader()).toContain('Sun, 07 Mar 2027 00:00:00 GMT');

    s3.advanceHours(6 * 24);
    await expect(read()).rejects.toMatchObject({ name: 'InvalidObjectState' });
    expect(await restoreHeader()).toBeUndefined();
  });

  test('takes 48 hours in bulk, and knows no expedited restore', async () => {
    await expect(restore(1, 'Expedited')).rejects.toMatchObject({ name: 'InvalidArgument' });
    await restore(1, 'Bulk');
    s3.advanceHours(47);
    await expect(read()).rejects.toMatchObject({ name: 'InvalidObjectState' });
    s3.advanceHours(1);
    expect(await read()).toBe('cold');
  });
});

test('a listing tells which versions have a copy, to those who ask', async () => {
  const status = async (attributes: ['RestoreStatus'] | []) => {
    const listed = await s3.client.send(
      new ListObjectVersionsCommand({ Bucket, OptionalObjectAttributes: attributes }),
    );
    return listed.Versions?.[0]?.RestoreStatus;
  };
  expect(await status(['RestoreStatus'])).toBeUndefined();
  await restore(1);
  expect(await status(['RestoreStatus'])).toEqual({ IsRestoreInProgress: true });
  s3.advanceHours(12);
  expect(await status(['RestoreStatus'])).toEqual({
    IsRestoreInProgress: false,
    RestoreExpiryDate: new Date('2027-03-03T00:00:00.000Z'),
  });
  expect(await status([])).toBeUndefined();
});

test('an object that is not archived cannot be restored', async () => {
  await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'warm' }));
  await expect(restore(1)).rejects.toMatchObject({
    name: 'InvalidObjectState',
  });
});

test('a restore takes as long as the service was told', async () => {
  const quick = await startS3Harness({ restoreDelayMs: 3_600_000 });
  quick.service.createBucket(Bucket, { versioned: false });
  const place = { Bucket, Key };
  await quick.client.send(new PutObjectCommand({ ...place, Body: 'x', StorageClass: 'GLACIER' }));
  await quick.client.send(new RestoreObjectCommand({ ...place, RestoreRequest: { Days: 1 } }));
  quick.advanceHours(1);
  const got = await quick.client.send(new GetObjectCommand(place));
  expect(await got.Body?.transformToString()).toBe('x');
  await quick.close();
});
