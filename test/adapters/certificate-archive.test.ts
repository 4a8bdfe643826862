import { ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { certificateArchive } from '../../lambdas/adapters/certificate-archive.ts';
import { type S3Harness, startS3Harness } from '../support/s3-harness.ts';

let s3: S3Harness;
beforeAll(async () => {
  s3 = await startS3Harness();
  s3.service.createBucket('evidence', { versioned: true });
});
afterAll(() => s3.close());

test('the first certificate of a plane stays the only one', async () => {
  const certificates = certificateArchive(s3.client, 'evidence');
  expect(await certificates.writeOnce('kp_1', 'executed', 'first')).toBe(true);
  expect(await certificates.writeOnce('kp_1', 'executed', 'second')).toBe(false);
  expect(await certificates.writeOnce('kp_10', 'executed', 'other')).toBe(true);
  expect(await certificates.read('kp_1', 'executed')).toBe('first');
  const { Versions = [] } = await s3.client.send(
    new ListObjectVersionsCommand({ Bucket: 'evidence' }),
  );
  expect(Versions.map(({ Key }) => Key)).toEqual([
    'certificates/kp_1.jws',
    'certificates/kp_10.jws',
  ]);
});

test('a write that is not allowed is no certificate that exists already', async () => {
  s3.deny(/s3:PutObject/);
  await expect(
    certificateArchive(s3.client, 'evidence').writeOnce('kp_2', 'executed', 'x'),
  ).rejects.toMatchObject({ name: 'AccessDenied' });
  s3.deny();
});
