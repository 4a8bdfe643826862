import { createHash, randomBytes } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  DeleteObjectCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHasher } from '../../../local/s3/checksum.ts';
import { type S3Harness, startS3Harness } from '../../support/s3-harness.ts';

const Bucket = 'multipart-bucket';
const MIB = 1024 * 1024;
const FIRST = randomBytes(1000);
const SECOND = randomBytes(777);
const WHOLE = Buffer.concat([FIRST, SECOND]);

let s3: S3Harness;
beforeAll(async () => {
  s3 = await startS3Harness({ minimumPartBytes: 1000 });
  s3.service.createBucket(Bucket, { versioned: true });
});
afterAll(() => s3.close());

function digest(algorithm: 'CRC64NVME' | 'CRC32' | 'SHA256', bytes: Uint8Array): string {
  const hasher = createHasher(algorithm);
  hasher.update(bytes);
  return hasher.digest().toString('base64');
}

/** An upload under way, by its three coordinates. */
async function start(Key: string, more: Partial<CreateMultipartUploadCommandInput> = {}) {
  const { UploadId } = await s3.client.send(
    new CreateMultipartUploadCommand({ Bucket, Key, ...more }),
  );
  return { Bucket, Key, UploadId };
}
type Upload = Awaited<ReturnType<typeof start>>;

async function upload(to: Upload, PartNumber: number, Body: Buffer, more: object = {}) {
  const part = await s3.client.send(new UploadPartCommand({ ...to, PartNumber, Body, ...more }));
  return { PartNumber, ETag: part.ETag, ChecksumSHA256: part.ChecksumSHA256 };
}

const complete = (
  to: Upload,
  Parts: NonNullable<CompleteMultipartUploadCommandInput['MultipartUpload']>['Parts'],
  more: Partial<CompleteMultipartUploadCommandInput> = {},
) =>
  s3.client.send(
    new CompleteMultipartUploadCommand({ ...to, MultipartUpload: { Parts }, ...more }),
  );

const read = async (Key: string) => {
  const got = await s3.client.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from((await got.Body?.transformToByteArray()) ?? []);
};

describe('a multipart upload', () => {
  test('without a declared algorithm gets the CRC64NVME of the whole', async () => {
    const to = await start('plain', { StorageClass: 'GLACIER_IR', ContentType: 'text/plain' });
    const parts = [await upload(to, 1, FIRST), await upload(to, 2, SECOND)];
    const done = await complete(to, parts);
    const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest();
    const etag = md5(Buffer.concat([md5(FIRST), md5(SECOND)])).toString('hex');
    expect(done).toMatchObject({
      ETag: `"${etag}-2"`,
      ChecksumCRC64NVME: digest('CRC64NVME', WHOLE),
      ChecksumType: 'FULL_OBJECT',
    });
    expect((await read('plain')).equals(WHOLE)).toBe(true);
    expect(await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'plain' }))).toMatchObject({
      VersionId: done.VersionId,
      StorageClass: 'GLACIER_IR',
      ContentType: 'text/plain',
      ContentLength: 1777,
    });
    await expect(complete(to, parts)).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  test('under SHA-256 has a composite checksum and keeps those of its parts', async () => {
    const to = await start('sha', { ChecksumAlgorithm: 'SHA256' });
    const sha = { ChecksumAlgorithm: 'SHA256' };
    const parts = [await upload(to, 1, FIRST, sha), await upload(to, 2, SECOND, sha)];
    const composite = createHash('sha256')
      .update(Buffer.from(digest('SHA256', FIRST), 'base64'))
      .update(Buffer.from(digest('SHA256', SECOND), 'base64'))
      .digest('base64');
    expect(await complete(to, parts)).toMatchObject({
      ChecksumSHA256: `${composite}-2`,
      ChecksumType: 'COMPOSITE',
    });
    const attributes = await s3.client.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key: 'sha',
        ObjectAttributes: ['Checksum', 'ObjectParts'],
        MaxParts: 1,
      }),
    );
    expect(attributes).toMatchObject({
      Checksum: { ChecksumSHA256: `${composite}-2`, ChecksumType: 'COMPOSITE' },
      ObjectParts: {
        TotalPartsCount: 2,
        IsTruncated: true,
        NextPartNumberMarker: '1',
        Parts: [{ PartNumber: 1, Size: 1000, ChecksumSHA256: digest('SHA256', FIRST) }],
      },
    });

    const copied = await s3.client.send(
      new CopyObjectCommand({ Bucket, Key: 'sha-copy', CopySource: `${Bucket}/sha` }),
    );
    expect(copied.CopyObjectResult).toMatchObject({
      ChecksumSHA256: digest('SHA256', WHOLE),
      ChecksumType: 'FULL_OBJECT',
      ETag: `"${createHash('md5').update(WHOLE).digest('hex')}"`,
    });
  });

  test.each(['CRC64NVME', 'CRC32'] as const)(
    'under %s FULL_OBJECT verifies the checksum of the whole',
    async (algorithm) => {
      const to = await start('full', { ChecksumAlgorithm: algorithm, ChecksumType: 'FULL_OBJECT' });
      const parts = [
        await upload(to, 1, FIRST, { ChecksumAlgorithm: algorithm }),
        await upload(to, 2, SECOND, { ChecksumAlgorithm: algorithm }),
      ];
      const member = `Checksum${algorithm}`;
      await expect(
        complete(to, parts, { [member]: digest(algorithm, FIRST) }),
      ).rejects.toMatchObject({ name: 'BadDigest' });
      await expect(complete(to, parts, { MpuObjectSize: 1 })).rejects.toMatchObject({
        name: 'InvalidRequest',
      });
      const value = digest(algorithm, WHOLE);
      expect(await complete(to, parts, { [member]: value, MpuObjectSize: 1777 })).toMatchObject({
        [member]: value,
        ChecksumType: 'FULL_OBJECT',
      });
    },
  );

  test('that declares an algorithm refuses parts of another, and lists without checksums', async () => {
    const to = await start('strict', { ChecksumAlgorithm: 'SHA256' });
    await expect(upload(to, 1, FIRST, { ChecksumAlgorithm: 'CRC32' })).rejects.toMatchObject({
      name: 'InvalidRequest',
    });
    const part = await upload(to, 1, FIRST, { ChecksumAlgorithm: 'SHA256' });
    await expect(complete(to, [{ PartNumber: 1, ETag: part.ETag }])).rejects.toMatchObject({
      name: 'InvalidRequest',
    });
    await expect(
      complete(to, [{ ...part, ChecksumSHA256: digest('SHA256', SECOND) }]),
    ).rejects.toMatchObject({ name: 'InvalidPart' });
  });

  test.each([
    { ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' },
    { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' },
  ] as const)('cannot be $ChecksumType $ChecksumAlgorithm', async (checksum) => {
    await expect(start('impossible', checksum)).rejects.toMatchObject({ name: 'InvalidRequest' });
  });

  test('refuses part lists that are wrong', async () => {
    const to = await start('wrong');
    const one = await upload(to, 1, SECOND);
    const two = await upload(to, 2, FIRST);
    await expect(complete(to, [two, one])).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete(to, [one, two])).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(complete(to, [{ ...one, ETag: two.ETag }])).rejects.toMatchObject({
      name: 'InvalidPart',
    });
    await expect(complete(to, [{ ...one, PartNumber: 9 }])).rejects.toMatchObject({
      name: 'InvalidPart',
    });
    await expect(complete(to, [])).rejects.toMatchObject({ name: 'MalformedXML' });
    await expect(upload(to, 10_001, FIRST)).rejects.toMatchObject({ name: 'InvalidArgument' });
    await complete(to, [two]);
    expect((await read('wrong')).equals(FIRST)).toBe(true);
  });

  test('keeps the last part of a number, and only the parts it lists', async () => {
    const before = await s3.countFiles();
    const to = await start('replaced');
    await upload(to, 1, SECOND);
    const one = await upload(to, 1, FIRST);
    await upload(to, 2, FIRST);
    const three = await upload(to, 3, SECOND);
    await complete(to, [one, three]);
    expect((await read('replaced')).equals(WHOLE)).toBe(true);
    expect(await s3.countFiles()).toBe(before + 2);
  });

  test('binds to what is there when it completes, and may be completed after that', async () => {
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'conditional', Body: 'x' }));
    const to = await start('conditional');
    const parts = [await upload(to, 1, FIRST)];
    await expect(complete(to, parts, { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'conditional' }));
    await complete(to, parts, { IfNoneMatch: '*' });
  });

  test('is gone with its parts once aborted', async () => {
    const before = await s3.countFiles();
    const to = await start('aborted');
    await upload(to, 1, FIRST);
    expect(await s3.countFiles()).toBe(before + 1);
    await s3.client.send(new AbortMultipartUploadCommand(to));
    expect(await s3.countFiles()).toBe(before);
    const gone = { name: 'NoSuchUpload' };
    await expect(upload(to, 1, FIRST)).rejects.toMatchObject(gone);
    await expect(s3.client.send(new ListPartsCommand(to))).rejects.toMatchObject(gone);
    await expect(s3.client.send(new AbortMultipartUploadCommand(to))).rejects.toMatchObject(gone);
  });
});

describe('UploadPartCopy', () => {
  test('joins ranges of objects without moving bytes', async () => {
    const big = randomBytes(3 * MIB);
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'source/a+b', Body: big }));
    const before = await s3.countFiles();
    const to = await start('joined', {
      ChecksumAlgorithm: 'CRC64NVME',
      ChecksumType: 'FULL_OBJECT',
    });
    const copyPart = async (PartNumber: number, CopySourceRange: string) => {
      const { CopyPartResult } = await s3.client.send(
        new UploadPartCopyCommand({
          ...to,
          PartNumber,
          CopySource: `${Bucket}/${encodeURIComponent('source/a+b')}`,
          CopySourceRange,
        }),
      );
      return { ...CopyPartResult, PartNumber };
    };
    const parts = [
      await copyPart(1, `bytes=0-${2 * MIB}`),
      await copyPart(2, `bytes=${2 * MIB + 1}-${3 * MIB - 1}`),
    ];
    expect(parts[1]?.ChecksumCRC64NVME).toBe(digest('CRC64NVME', big.subarray(2 * MIB + 1)));
    const done = await complete(to, parts);
    expect(done.ChecksumCRC64NVME).toBe(digest('CRC64NVME', big));
    expect(await s3.countFiles()).toBe(before);
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'source/a+b' }));
    expect((await read('joined')).equals(big)).toBe(true);
    await expect(copyPart(3, 'bytes=0-1')).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  test('refuses a range outside its source', async () => {
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'short', Body: 'abc' }));
    const to = await start('outside');
    const copyRange = (CopySourceRange: string) =>
      s3.client.send(
        new UploadPartCopyCommand({
          ...to,
          PartNumber: 1,
          CopySource: `${Bucket}/short`,
          CopySourceRange,
        }),
      );
    await expect(copyRange('bytes=0-3')).rejects.toMatchObject({ name: 'InvalidRange' });
    await expect(copyRange('bytes=1-')).rejects.toMatchObject({ name: 'InvalidArgument' });
  });
});

describe('listings', () => {
  test('ListParts pages by part number', async () => {
    const to = await start('listed', { ChecksumAlgorithm: 'SHA256' });
    for (const number of [3, 1, 2]) {
      await upload(to, number, FIRST, { ChecksumAlgorithm: 'SHA256' });
    }
    const first = await s3.client.send(new ListPartsCommand({ ...to, MaxParts: 2 }));
    expect(first).toMatchObject({
      IsTruncated: true,
      NextPartNumberMarker: '2',
      ChecksumAlgorithm: 'SHA256',
      ChecksumType: 'COMPOSITE',
      Parts: [
        { PartNumber: 1, Size: 1000, ChecksumSHA256: digest('SHA256', FIRST) },
        { PartNumber: 2 },
      ],
    });
    const second = await s3.client.send(new ListPartsCommand({ ...to, PartNumberMarker: '2' }));
    expect(second.Parts?.map((part) => part.PartNumber)).toEqual([3]);
    expect(second.IsTruncated).toBe(false);
  });

  test('ListMultipartUploads pages by key and initiation, under exactly its prefix', async () => {
    const mine = [await start('kp-1/b'), await start('kp-1/a'), await start('kp-1/a')];
    await start('kp-10/a');
    const expected = [mine[1], mine[2], mine[0]].map((one) => one?.UploadId);
    const list = (more: object) =>
      s3.client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'kp-1/', ...more }));
    const all = await list({});
    expect(all.IsTruncated).toBe(false);
    expect(all.Uploads?.map((one) => one.UploadId)).toEqual(expected);
    const first = await list({ MaxUploads: 1 });
    expect(first).toMatchObject({
      IsTruncated: true,
      NextKeyMarker: 'kp-1/a',
      NextUploadIdMarker: expected[0],
    });
    const rest = await list({
      KeyMarker: first.NextKeyMarker,
      UploadIdMarker: first.NextUploadIdMarker,
    });
    expect(rest.Uploads?.map((one) => one.UploadId)).toEqual(expected.slice(1));
    const byKey = await list({ KeyMarker: 'kp-1/a' });
    expect(byKey.Uploads?.map((one) => one.UploadId)).toEqual(expected.slice(2));
  });
});
