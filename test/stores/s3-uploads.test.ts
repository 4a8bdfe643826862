import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { abortUploads, countUploads } from '../../lambdas/stores/s3-uploads.ts';
import { intercept } from '../support/intercept.ts';
import { type S3Harness, startS3Harness } from '../support/s3-harness.ts';

const LOCATION = { bucket: 'documents', prefix: 'kp-1/' };

let s3: S3Harness;
beforeEach(async () => {
  s3 = await startS3Harness();
  s3.service.createBucket('documents', { versioned: true });
  for (const Key of ['kp-1/a', 'kp-1/a', 'kp-1/b %2F+é', 'kp-1/line\nbreak', 'kp-1/b!', 'kp-10/a'])
    await s3.client.send(new CreateMultipartUploadCommand({ Bucket: 'documents', Key }));
});
afterEach(() => s3.close());

/** One upload a page: pages end between two of the same key, and behind keys whose encoding sorts elsewhere. */
function listInSmallPages(): void {
  intercept(s3.client, 'ListMultipartUploadsCommand', (send, input) => {
    Object.assign(input, { MaxUploads: 1 });
    return send();
  });
}

test('uploads are counted, and aborted, over every page of their listing', async () => {
  listInSmallPages();
  expect(await countUploads(s3.client, LOCATION)).toBe(5);
  expect(await abortUploads(s3.client, LOCATION)).toBe(5);
  expect(await countUploads(s3.client, LOCATION)).toBe(0);
  expect(await countUploads(s3.client, { ...LOCATION, prefix: 'kp-10/' })).toBe(1);
});

test('of what S3 lists outside the prefix nothing is aborted', async () => {
  intercept(s3.client, 'ListMultipartUploadsCommand', (send, input) => {
    Object.assign(input, { Prefix: 'kp-1' });
    return send();
  });
  await expect(abortUploads(s3.client, LOCATION)).rejects.toThrow(/outside/);
  await expect(countUploads(s3.client, LOCATION)).rejects.toThrow(/outside/);
  expect(await countUploads(s3.client, { ...LOCATION, prefix: 'kp-1' })).toBe(6);
});
