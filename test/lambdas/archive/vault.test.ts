import { afterEach, expect, test } from 'vitest';
import { vaultBucket } from '../../../lambdas/archive/vault.ts';
import { intercept } from '../../support/intercept.ts';
import { type S3Harness, startS3Harness } from '../../support/s3-harness.ts';

let s3: S3Harness;
afterEach(() => s3.close());

test('a bag is measured over every page of its listing, and no further', async () => {
  s3 = await startS3Harness();
  s3.service.createBucket('vault', { versioned: true });
  const vault = vaultBucket(s3.client, 'vault');
  for (const name of ['a', 'b', 'c', 'd', 'e']) await vault.writeText(`bag/${name}`, 'text');
  await vault.writeText('bag-2/a', 'of another bag');
  let pages = 0;
  intercept(s3.client, 'ListObjectsV2Command', (send, input) => {
    pages += 1;
    Object.assign(input, { MaxKeys: 2 });
    return send();
  });
  expect(await vault.measure('bag/')).toEqual({ count: 5, bytes: 20 });
  expect(pages).toBe(3);
});
