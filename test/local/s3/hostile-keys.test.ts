import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type S3Harness, startS3Harness } from '../../support/s3-harness.ts';

const HOSTILE_KEYS = [
  ' ',
  ' leading and trailing ',
  '"quoted" and \'single\'',
  '%2F',
  '%252F',
  '+',
  'a+b c',
  'a/../b',
  '../../etc/passwd',
  '.',
  '..',
  '/',
  '//a//',
  'trailing/',
  'a?b=c&d#e',
  'a;b,c:d@e!$*()[]{}|\\^`~',
  'line\nbreak\r\nand\ttab',
  '<key>&amp;&#x41;</key>]]>',
  'Case',
  'case',
  '__proto__',
  'grün-日本語-😀-ｱ',
  'e\u0301 is not \u00e9',
  '\u0001\u001f\u007f\u0085\u2028\ufffe',
  'x'.repeat(1024),
  '😀'.repeat(256),
];

const Bucket = 'hostile-keys';
let s3: S3Harness;
beforeAll(async () => {
  s3 = await startS3Harness();
  s3.service.createBucket(Bucket, { versioned: true });
});
afterAll(() => s3.close());

/** As every client of `encoding-type=url` has to. */
function decodeListed(text: string | undefined): string {
  return decodeURIComponent((text ?? '').replaceAll('+', ' '));
}

describe('hostile keys', () => {
  test.each(HOSTILE_KEYS)('%j is put, headed, got and copied as itself', async (Key) => {
    await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: `body of ${Key}` }));
    const head = await s3.client.send(new HeadObjectCommand({ Bucket, Key }));
    expect(head.ContentLength).toBe(Buffer.byteLength(`body of ${Key}`));
    const got = await s3.client.send(new GetObjectCommand({ Bucket, Key }));
    expect(await got.Body?.transformToString()).toBe(`body of ${Key}`);
    const copied = await s3.client.send(
      new CopyObjectCommand({
        Bucket,
        Key: 'copy',
        CopySource: `${Bucket}/${encodeURIComponent(Key)}?versionId=${head.VersionId}`,
      }),
    );
    expect(copied.CopySourceVersionId).toBe(head.VersionId);
    const copy = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'copy' }));
    expect(await copy.Body?.transformToString()).toBe(`body of ${Key}`);
  });

  test('are listed in the order of their UTF-8 bytes, percent-encoded or as XML', async () => {
    const expected = [...HOSTILE_KEYS, 'copy'].sort((a, b) =>
      Buffer.compare(Buffer.from(a), Buffer.from(b)),
    );
    const encoded = await s3.client.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));
    expect(encoded.Contents?.map((object) => decodeListed(object.Key))).toEqual(expected);
    const plain = await s3.client.send(new ListObjectsV2Command({ Bucket }));
    expect(plain.Contents?.map((object) => object.Key)).toEqual(expected);
    const versions = await s3.client.send(
      new ListObjectVersionsCommand({ Bucket, EncodingType: 'url' }),
    );
    const listedKeys = new Set(versions.Versions?.map((version) => decodeListed(version.Key)));
    expect([...listedKeys]).toEqual(expected);
  });

  test('are percent-encoded as S3 does it', async () => {
    const listed = await s3.client.send(
      new ListObjectsV2Command({ Bucket, EncodingType: 'url', Prefix: 'a' }),
    );
    expect(listed.Contents?.map((object) => object.Key)).toEqual([
      'a%2Bb+c',
      'a/../b',
      'a%3Bb%2Cc%3Ad%40e%21%24*%28%29%5B%5D%7B%7D%7C%5C%5E%60%7E',
      'a%3Fb%3Dc%26d%23e',
    ]);
  });

  test('are deleted together, each as itself', async () => {
    const doomed = await startS3Harness();
    doomed.service.createBucket(Bucket, { versioned: false });
    for (const Key of HOSTILE_KEYS) {
      await doomed.client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    }
    const deleted = await doomed.client.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: { Objects: HOSTILE_KEYS.map((Key) => ({ Key })) },
      }),
    );
    expect(deleted.Errors).toBeUndefined();
    expect(deleted.Deleted?.map((object) => object.Key)).toEqual(HOSTILE_KEYS);
    const left = await doomed.client.send(new ListObjectsV2Command({ Bucket }));
    expect(left.KeyCount).toBe(0);
    await doomed.close();
  });

  test('are deleted by the thousand even where every byte of them is escaped', async () => {
    const keys = Array.from({ length: 1000 }, (_, index) =>
      String(index).padStart(4, '0').padEnd(1024, '"'),
    );
    const deleted = await s3.client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }),
    );
    expect(deleted.Deleted?.map((object) => object.Key)).toEqual(keys);
  });

  test('of more than 1,024 bytes are refused', async () => {
    for (const Key of ['x'.repeat(1025), `${'😀'.repeat(256)}x`]) {
      await expect(
        s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' })),
      ).rejects.toMatchObject({
        name: 'KeyTooLongError',
      });
    }
  });

  test('of any text round-trip through the listing', async () => {
    const any = await startS3Harness();
    any.service.createBucket(Bucket, { versioned: false });
    await fc.assert(
      fc.asyncProperty(
        fc
          .string({ unit: 'binary', minLength: 1, maxLength: 20 })
          .filter((key) => key.isWellFormed()),
        async (Key) => {
          await any.client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
          const listed = await any.client.send(
            new ListObjectsV2Command({ Bucket, EncodingType: 'url' }),
          );
          const keys = listed.Contents?.map((object) => decodeListed(object.Key));
          expect(keys).toEqual([Key]);
          const deleted = await any.client.send(
            new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: keys?.[0] ?? '' }] } }),
          );
          expect(deleted.Deleted).toEqual([{ Key }]);
        },
      ),
      { numRuns: 150, seed: 7 },
    );
    await any.close();
  });
});
