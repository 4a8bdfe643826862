import {
  DeleteObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type S3Harness, startS3Harness } from '../../support/s3-harness.ts';

const Bucket = 'objects-v2';
const KEYS = ['a', 'b/1', 'b/2', 'c/', 'c/x/1', 'd', 'e/hidden', 'f'];
let s3: S3Harness;
beforeAll(async () => {
  s3 = await startS3Harness();
  s3.service.createBucket(Bucket, { versioned: true });
  for (const Key of KEYS) await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
  await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'e/hidden' }));
});
afterAll(() => s3.close());

const list = (more: Partial<ListObjectsV2CommandInput> = {}) =>
  s3.client.send(new ListObjectsV2Command({ Bucket, ...more }));

/** Every page, as one list of keys and prefixes. */
async function listAll(more: Partial<ListObjectsV2CommandInput>): Promise<string[]> {
  const found: string[] = [];
  let token: string | undefined;
  do {
    const page = await list({ ...more, ...(token ? { ContinuationToken: token } : {}) });
    found.push(...(page.CommonPrefixes ?? []).map((group) => group.Prefix ?? ''));
    found.push(...(page.Contents ?? []).map((object) => object.Key ?? ''));
    token = page.NextContinuationToken;
    expect(page.IsTruncated).toBe(token !== undefined);
  } while (token !== undefined);
  return found;
}

test('lists current objects only, in order', async () => {
  const page = await list();
  expect(page.Contents?.map((object) => object.Key)).toEqual(
    KEYS.filter((key) => key !== 'e/hidden'),
  );
  expect(page.KeyCount).toBe(7);
});

test.each([1, 2, 3, 1000])('pages of %d add up', async (MaxKeys) => {
  expect(await listAll({ MaxKeys, Prefix: 'b/' })).toEqual(['b/1', 'b/2']);
  expect((await listAll({ MaxKeys, Delimiter: '/' })).sort()).toEqual(['a', 'b/', 'c/', 'd', 'f']);
  expect((await listAll({ MaxKeys, Delimiter: '/', Prefix: 'c/' })).sort()).toEqual(['c/', 'c/x/']);
  expect(await listAll({ MaxKeys, StartAfter: 'c/' })).toEqual(['c/x/1', 'd', 'f']);
});

test('a page of nothing is empty and complete', async () => {
  expect(await list({ MaxKeys: 0 })).toMatchObject({ KeyCount: 0, IsTruncated: false });
});

test('a token that is none is refused', async () => {
  await expect(list({ ContinuationToken: 'bm9uZQ' })).rejects.toMatchObject({
    name: 'InvalidArgument',
  });
});
