import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import {
  CopyObjectCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checksumOfParts, createHasher } from '../../../local/s3/checksum.ts';
import { crc32c } from '../../../local/s3/crc32c.ts';
import { crc64Nvme } from '../../../local/s3/crc64-nvme.ts';
import { type S3Harness, startS3Harness } from '../../support/s3-harness.ts';

const Bucket = 'checksums-bucket';
let s3: S3Harness;
beforeAll(async () => {
  s3 = await startS3Harness();
  s3.service.createBucket(Bucket, { versioned: false });
});
afterAll(() => s3.close());

/** base64 of the check value of `123456789`, from the catalogue of CRCs, and of its SHAs. */
const CHECK_VALUES = [
  ['CRC32', 'ChecksumCRC32', 'y/Q5Jg=='],
  ['CRC32C', 'ChecksumCRC32C', '4waSgw=='],
  ['CRC64NVME', 'ChecksumCRC64NVME', 'rosUhgp5mIg='],
  ['SHA1', 'ChecksumSHA1', '98O8HYCOBHMq32eZZczDTKeuNEE='],
  ['SHA256', 'ChecksumSHA256', 'FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU='],
] as const;

const put = (more: Partial<PutObjectCommandInput> & { Key: string }) =>
  s3.client.send(new PutObjectCommand({ Bucket, Body: '123456789', ...more }));
const head = (Key: string) =>
  s3.client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));

describe('the algorithms', () => {
  test.each(CHECK_VALUES)('%s has its check value', (algorithm, _member, value) => {
    const hasher = createHasher(algorithm);
    hasher.update(Buffer.from('1234'));
    hasher.update(Buffer.from('56789'));
    expect(hasher.digest().toString('base64')).toBe(value);
  });

  test('goes on from any cut, and joins parts without their bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.nat(200), { maxLength: 4 }),
        (bytes, cutsAt) => {
          const cuts = [0, ...cutsAt, bytes.length]
            .map((cut) => Math.min(cut, bytes.length))
            .sort((left, right) => left - right);
          const pieces = cuts.slice(1).map((cut, index) => bytes.subarray(cuts[index], cut));
          expect(pieces.reduce((crc, piece) => crc32c(piece, crc), 0)).toBe(crc32c(bytes));
          for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME'] as const) {
            const of = (piece: Uint8Array) => {
              const hasher = createHasher(algorithm);
              hasher.update(piece);
              return hasher.digest().toString('base64');
            };
            const parts = pieces.map((piece) => ({ checksum: of(piece), size: piece.length }));
            expect(checksumOfParts(algorithm, 'FULL_OBJECT', parts).value).toBe(of(bytes));
          }
        },
      ),
      { numRuns: 200, seed: 5 },
    );
  });

  test('CRC64NVME takes its words from any offset', () => {
    const bytes = randomBytes(64);
    const shifted = Buffer.concat([Buffer.from('x'), bytes]).subarray(1);
    expect(crc64Nvme(shifted)).toEqual(crc64Nvme(bytes));
  });
});

describe('PutObject', () => {
  test.each(CHECK_VALUES)('verifies, keeps and returns %s', async (algorithm, member, value) => {
    const written = await put({ Key: algorithm, ChecksumAlgorithm: algorithm });
    expect(written).toMatchObject({ [member]: value, ChecksumType: 'FULL_OBJECT' });
    expect(await head(algorithm)).toMatchObject({ [member]: value, ChecksumType: 'FULL_OBJECT' });
    const got = await s3.client.send(
      new GetObjectCommand({ Bucket, Key: algorithm, ChecksumMode: 'ENABLED' }),
    );
    expect(got).toMatchObject({ [member]: value });
    expect(await got.Body?.transformToString()).toBe('123456789');
    await expect(
      put({
        Key: 'refused',
        [member]: Buffer.alloc(value.length === 8 ? 4 : 8).toString('base64'),
      }),
    ).rejects.toMatchObject({ name: 'BadDigest' });
  });

  test('refuses a precomputed checksum of other bytes, and keeps nothing', async () => {
    const ChecksumSHA256 = createHash('sha256').update('other').digest('base64');
    const before = await s3.countFiles();
    await expect(
      put({ Key: 'refused', ChecksumSHA256, Body: randomBytes(2 * 1024 * 1024) }),
    ).rejects.toMatchObject({ name: 'BadDigest', $metadata: { httpStatusCode: 400 } });
    expect(await s3.countFiles()).toBe(before);
    await expect(head('refused')).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('verifies Content-MD5', async () => {
    const ContentMD5 = createHash('md5').update('123456789').digest('base64');
    await put({ Key: 'md5', ContentMD5 });
    await expect(put({ Key: 'refused', ContentMD5, Body: 'other' })).rejects.toMatchObject({
      name: 'BadDigest',
    });
    await expect(put({ Key: 'refused', ContentMD5: 'short' })).rejects.toMatchObject({
      name: 'InvalidDigest',
    });
  });

  test('takes SHA-256 of a stream from the trailer', async () => {
    const written = await put({
      Key: 'trailer',
      Body: Readable.from([Buffer.from('12345'), Buffer.from('6789')]),
      ContentLength: 9,
      ChecksumAlgorithm: 'SHA256',
    });
    expect(written.ChecksumSHA256).toBe('FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=');
  });
});

describe('raw requests', () => {
  const send = (key: string, body: string, headers: Record<string, string>) =>
    fetch(`${s3.url}/${Bucket}/${key}`, { method: 'PUT', body, headers });
  const chunked = (chunks: string, decodedLength: number, trailer?: string) => ({
    body: chunks,
    headers: {
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': String(decodedLength),
      ...(trailer === undefined ? {} : { 'x-amz-trailer': trailer }),
    },
  });
  const crc = (text: string) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(text));
    return bytes.toString('base64');
  };

  test('without a checksum get CRC64NVME', async () => {
    expect((await send('unchecked', '123456789', {})).status).toBe(200);
    expect(await head('unchecked')).toMatchObject({
      ChecksumCRC64NVME: 'rosUhgp5mIg=',
      ChecksumType: 'FULL_OBJECT',
    });
  });

  test('in chunks with signatures and a trailer are decoded', async () => {
    const { body, headers } = chunked(
      `4;chunk-signature=${'0'.repeat(64)}\r\nwo\r\n\r\n3\r\nrld\r\n0\r\nx-amz-checksum-crc32:${crc('wo\r\nrld')}\r\n\r\n`,
      7,
      'x-amz-checksum-crc32',
    );
    expect((await send('chunked', body, headers)).status).toBe(200);
    const got = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'chunked' }));
    expect(await got.Body?.transformToString()).toBe('wo\r\nrld');
    expect(got.ContentEncoding).toBeUndefined();
  });

  test.each([
    [
      'a wrong trailer',
      `3\r\nabc\r\n0\r\nx-amz-checksum-crc32:${crc('abd')}\r\n\r\n`,
      3,
      'BadDigest',
    ],
    ['a missing trailer', '3\r\nabc\r\n0\r\n\r\n', 3, 'MalformedTrailerError'],
    ['too many bytes', '3\r\nabc\r\n0\r\n\r\n', 2, 'IncompleteBody'],
    ['too few bytes', '3\r\nabc\r\n0\r\n\r\n', 4, 'IncompleteBody'],
    ['no last chunk', '3\r\nabc\r\n', 3, 'IncompleteBody'],
    ['no length', 'zz\r\nabc\r\n0\r\n\r\n', 3, 'IncompleteBody'],
  ])('in chunks with %s are refused', async (_what, chunks, length, code) => {
    const { body, headers } = chunked(chunks, length, 'x-amz-checksum-crc32');
    const reply = await send('chunked-badly', body, headers);
    expect(reply.status).toBe(400);
    expect(await reply.text()).toContain(`<Code>${code}</Code>`);
  });

  test('whose signed payload hash is another are refused', async () => {
    const reply = await send('hashed', 'abc', {
      'x-amz-content-sha256': createHash('sha256').update('abd').digest('hex'),
    });
    expect(await reply.text()).toContain('<Code>XAmzContentSHA256Mismatch</Code>');
  });

  test('with two checksums are refused', async () => {
    const reply = await send('twice', 'abc', {
      'x-amz-checksum-crc32': crc('abc'),
      'x-amz-checksum-sha256': createHash('sha256').update('abc').digest('base64'),
    });
    expect(await reply.text()).toContain('<Code>InvalidRequest</Code>');
  });
});

describe('CopyObject', () => {
  test('carries the checksum of its source over', async () => {
    await put({ Key: 'source', ChecksumAlgorithm: 'CRC32C' });
    const copied = await s3.client.send(
      new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/source` }),
    );
    expect(copied.CopyObjectResult).toMatchObject({
      ChecksumCRC32C: '4waSgw==',
      ChecksumType: 'FULL_OBJECT',
      ETag: '"25f9e794323b453885f5181f1b624d0b"',
    });
  });

  test('computes the full-object SHA-256 it is asked for, into another storage class', async () => {
    await put({ Key: 'source', Metadata: { a: '1' } });
    const copied = await s3.client.send(
      new CopyObjectCommand({
        Bucket,
        Key: 'archived',
        CopySource: `${Bucket}/source`,
        ChecksumAlgorithm: 'SHA256',
        StorageClass: 'DEEP_ARCHIVE',
      }),
    );
    const value = 'FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=';
    expect(copied.CopyObjectResult).toMatchObject({
      ChecksumSHA256: value,
      ChecksumType: 'FULL_OBJECT',
    });
    expect(await head('archived')).toMatchObject({
      ChecksumSHA256: value,
      StorageClass: 'DEEP_ARCHIVE',
      Metadata: { a: '1' },
    });
  });

  test('onto itself must change something', async () => {
    await put({ Key: 'self' });
    const copy = (more: object) =>
      s3.client.send(
        new CopyObjectCommand({ Bucket, Key: 'self', CopySource: `${Bucket}/self`, ...more }),
      );
    await expect(copy({})).rejects.toMatchObject({ name: 'InvalidRequest' });
    await copy({ MetadataDirective: 'REPLACE', Metadata: { b: '2' } });
    expect((await head('self')).Metadata).toEqual({ b: '2' });
  });

  test('takes an unencoded + for a space, as S3 does', async () => {
    await put({ Key: 'a+b' });
    const copy = (CopySource: string) =>
      s3.client.send(new CopyObjectCommand({ Bucket, Key: 'plus', CopySource }));
    await expect(copy(`${Bucket}/a+b`)).rejects.toMatchObject({ name: 'NoSuchKey' });
    await copy(`${Bucket}/a%2Bb`);
    await copy(`/${Bucket}/a%2Bb`);
    await copy(encodeURIComponent(`/${Bucket}/a+b`));
    await expect(copy(Bucket)).rejects.toMatchObject({ name: 'InvalidArgument' });
  });
});

describe('GetObjectAttributes', () => {
  test('gives what was asked for', async () => {
    await put({ Key: 'attributes', ChecksumAlgorithm: 'SHA256', StorageClass: 'GLACIER_IR' });
    const reply = await s3.client.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key: 'attributes',
        ObjectAttributes: ['Checksum', 'ETag', 'ObjectParts', 'ObjectSize', 'StorageClass'],
      }),
    );
    expect(reply).toMatchObject({
      Checksum: {
        ChecksumSHA256: 'FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=',
        ChecksumType: 'FULL_OBJECT',
      },
      ETag: '25f9e794323b453885f5181f1b624d0b',
      ObjectSize: 9,
      StorageClass: 'GLACIER_IR',
    });
    expect(reply.ObjectParts).toBeUndefined();
  });
});
