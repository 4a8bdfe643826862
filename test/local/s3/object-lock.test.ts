import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketReplicationCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type S3Harness, startS3Harness } from '../../support/s3-harness.ts';

const Bucket = 'locked-bucket';
const Key = 'evidence';
const ACCESS_DENIED = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };
let s3: S3Harness;
beforeEach(async () => {
  s3 = await startS3Harness();
  s3.service.createBucket(Bucket, { versioned: true, objectLock: true });
});
afterEach(() => s3.close());

const put = async (more: object = {}) =>
  (await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...more }))).VersionId;
const remove = (VersionId: string | undefined, more: object = {}) =>
  s3.client.send(new DeleteObjectCommand({ Bucket, Key, VersionId, ...more }));
const retain = (Mode: 'GOVERNANCE' | 'COMPLIANCE', day: string, more: object = {}) =>
  s3.client.send(
    new PutObjectRetentionCommand({
      Bucket,
      Key,
      Retention: { Mode, RetainUntilDate: new Date(`2027-${day}T00:00:00.000Z`) },
      ...more,
    }),
  );
const hold = (Status: 'ON' | 'OFF') =>
  s3.client.send(new PutObjectLegalHoldCommand({ Bucket, Key, LegalHold: { Status } }));

describe('a legal hold', () => {
  test('keeps its version, but not a delete marker off it, until it is released', async () => {
    const versionId = await put();
    await hold('ON');
    const read = await s3.client.send(new GetObjectLegalHoldCommand({ Bucket, Key }));
    expect(read.LegalHold).toEqual({ Status: 'ON' });
    await expect(remove(versionId, { BypassGovernanceRetention: true })).rejects.toMatchObject(
      ACCESS_DENIED,
    );
    const many = await s3.client.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: { Objects: [{ Key, VersionId: versionId }, { Key: 'other' }] },
      }),
    );
    expect(many.Errors).toMatchObject([{ Key, VersionId: versionId, Code: 'AccessDenied' }]);
    expect(many.Deleted).toHaveLength(1);

    const marker = await remove(undefined);
    await remove(marker.VersionId);
    await hold('OFF');
    await remove(versionId);
  });
});

describe('retention', () => {
  test('under COMPLIANCE ends with its date and can only grow', async () => {
    const versionId = await put();
    await retain('COMPLIANCE', '04-01');
    const bypass = { BypassGovernanceRetention: true };
    await expect(remove(versionId, bypass)).rejects.toMatchObject(ACCESS_DENIED);
    await expect(retain('COMPLIANCE', '03-15', bypass)).rejects.toMatchObject(ACCESS_DENIED);
    await expect(retain('GOVERNANCE', '05-01', bypass)).rejects.toMatchObject(ACCESS_DENIED);
    await retain('COMPLIANCE', '04-02');
    s3.advanceHours(31 * 24);
    await expect(remove(versionId)).rejects.toMatchObject(ACCESS_DENIED);
    s3.advanceHours(24);
    await remove(versionId);
  });

  test('under GOVERNANCE gives way to those who may bypass it, and ask to', async () => {
    const versionId = await put();
    await retain('GOVERNANCE', '04-01');
    await expect(remove(versionId)).rejects.toMatchObject(ACCESS_DENIED);
    await expect(retain('GOVERNANCE', '03-15')).rejects.toMatchObject(ACCESS_DENIED);
    s3.deny(/^s3:BypassGovernanceRetention/);
    const bypass = { BypassGovernanceRetention: true };
    await expect(remove(versionId, bypass)).rejects.toMatchObject(ACCESS_DENIED);
    s3.deny();
    await retain('GOVERNANCE', '03-15', bypass);
    await remove(versionId, bypass);
  });

  test('lies in the future, or is refused', async () => {
    await put();
    await expect(retain('GOVERNANCE', '02-01')).rejects.toMatchObject({ name: 'InvalidArgument' });
  });
});

test('a lock comes with the write and shows on reads to those who may see it', async () => {
  await put({
    ObjectLockMode: 'COMPLIANCE',
    ObjectLockRetainUntilDate: new Date('2027-06-01T00:00:00.000Z'),
    ObjectLockLegalHoldStatus: 'ON',
  });
  const retention = await s3.client.send(new GetObjectRetentionCommand({ Bucket, Key }));
  expect(retention.Retention).toEqual({
    Mode: 'COMPLIANCE',
    RetainUntilDate: new Date('2027-06-01T00:00:00.000Z'),
  });
  expect(await s3.client.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({
    ObjectLockMode: 'COMPLIANCE',
    ObjectLockRetainUntilDate: new Date('2027-06-01T00:00:00.000Z'),
    ObjectLockLegalHoldStatus: 'ON',
  });
  s3.deny(/^s3:GetObject(Retention|LegalHold)/);
  const blind = await s3.client.send(new GetObjectCommand({ Bucket, Key }));
  await blind.Body?.transformToString();
  expect(blind.ObjectLockMode).toBeUndefined();
  expect(blind.ObjectLockLegalHoldStatus).toBeUndefined();
});

test('an object without a lock says so, a bucket without locks too', async () => {
  await put();
  const none = { name: 'NoSuchObjectLockConfiguration' };
  await expect(
    s3.client.send(new GetObjectRetentionCommand({ Bucket, Key })),
  ).rejects.toMatchObject(none);
  await expect(
    s3.client.send(new GetObjectLegalHoldCommand({ Bucket, Key })),
  ).rejects.toMatchObject(none);
  await expect(
    s3.client.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } }),
    ),
  ).rejects.toMatchObject({ name: 'InvalidBucketState' });

  const enabled = await s3.client.send(new GetObjectLockConfigurationCommand({ Bucket }));
  expect(enabled.ObjectLockConfiguration).toEqual({ ObjectLockEnabled: 'Enabled' });

  s3.service.createBucket('lockless', { versioned: true });
  await expect(
    s3.client.send(new GetObjectLockConfigurationCommand({ Bucket: 'lockless' })),
  ).rejects.toMatchObject({ name: 'ObjectLockConfigurationNotFoundError' });
  await expect(
    s3.client.send(
      new PutObjectCommand({ Bucket: 'lockless', Key, Body: 'x', ObjectLockLegalHoldStatus: 'ON' }),
    ),
  ).rejects.toMatchObject({ name: 'InvalidRequest' });
});

describe('a default retention', () => {
  const Evidence = 'evidence-bucket';
  beforeEach(() => {
    s3.service.createBucket(Evidence, {
      versioned: true,
      objectLock: true,
      defaultRetention: { mode: 'COMPLIANCE', days: 3 },
    });
  });

  test('locks every new version that asks for none, for its days', async () => {
    const put = new PutObjectCommand({ Bucket: Evidence, Key, Body: 'x' });
    const { VersionId } = await s3.client.send(put);
    const { Retention } = await s3.client.send(
      new GetObjectRetentionCommand({ Bucket: Evidence, Key, VersionId }),
    );
    expect(Retention?.Mode).toBe('COMPLIANCE');
    const { LastModified } = await s3.client.send(new HeadObjectCommand({ Bucket: Evidence, Key }));
    const days = (Number(Retention?.RetainUntilDate) - Number(LastModified)) / 86_400_000;
    expect(days).toBeCloseTo(3, 4);
    await expect(
      s3.client.send(
        new DeleteObjectCommand({
          Bucket: Evidence,
          Key,
          VersionId,
          BypassGovernanceRetention: true,
        }),
      ),
    ).rejects.toMatchObject(ACCESS_DENIED);
  });

  test('is told with the configuration', async () => {
    const { ObjectLockConfiguration } = await s3.client.send(
      new GetObjectLockConfigurationCommand({ Bucket: Evidence }),
    );
    expect(ObjectLockConfiguration).toEqual({
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 3 } },
    });
  });
});

test('no bucket here is replicated, which is an answer of its own', async () => {
  await expect(s3.client.send(new GetBucketReplicationCommand({ Bucket }))).rejects.toMatchObject({
    name: 'ReplicationConfigurationNotFoundError',
    $metadata: { httpStatusCode: 404 },
  });
});
