import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutObjectCommand,
  RestoreObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type S3Harness, startS3Harness } from '../../support/s3-harness.ts';

const PLAIN = 'plain-bucket';
const SECRET = 'secret-bucket';
const KEY_ARN = 'arn:aws:kms:us-east-1:111122223333:key/vault';
const VIA_S3 = '{"kms:ViaService":"s3.us-east-1.amazonaws.com"}';
const GENERATE = `kms:GenerateDataKey ${KEY_ARN} ${VIA_S3}`;
const DECRYPT = `kms:Decrypt ${KEY_ARN} ${VIA_S3}`;

let s3: S3Harness;
let versionId: string;
beforeAll(async () => {
  s3 = await startS3Harness();
  s3.service.createBucket(PLAIN, { versioned: true });
  s3.service.createBucket(SECRET, { versioned: true, encryptionKeyArn: KEY_ARN });
});
afterAll(() => s3.close());
beforeEach(async () => {
  s3.deny();
  const written = await s3.client.send(
    new PutObjectCommand({ Bucket: PLAIN, Key: 'a', Body: 'a' }),
  );
  versionId = written.VersionId ?? '';
  await s3.client.send(new PutObjectCommand({ Bucket: SECRET, Key: 'a', Body: 'a' }));
  s3.takeAsked();
});

const at = (bucket: string, key: string) => ({ Bucket: bucket, Key: key });
const arn = (path: string) => `arn:aws:s3:::${path}`;

describe('what each operation asks for', () => {
  const cases: readonly (readonly [
    string,
    (client: S3Client) => Promise<unknown>,
    () => string[],
  ])[] = [
    ['ListBuckets', (c) => c.send(new ListBucketsCommand({})), () => ['s3:ListAllMyBuckets *']],
    [
      'HeadBucket',
      (c) => c.send(new HeadBucketCommand({ Bucket: PLAIN })),
      () => [`s3:ListBucket ${arn(PLAIN)}`],
    ],
    [
      'ListObjectsV2',
      (c) => c.send(new ListObjectsV2Command({ Bucket: PLAIN, Prefix: 'kp-1/' })),
      () => [`s3:ListBucket ${arn(PLAIN)} {"s3:prefix":"kp-1/"}`],
    ],
    [
      'ListObjectVersions',
      (c) => c.send(new ListObjectVersionsCommand({ Bucket: PLAIN, Prefix: 'kp-1/' })),
      () => [`s3:ListBucketVersions ${arn(PLAIN)} {"s3:prefix":"kp-1/"}`],
    ],
    [
      'ListMultipartUploads',
      (c) => c.send(new ListMultipartUploadsCommand({ Bucket: PLAIN })),
      () => [`s3:ListBucketMultipartUploads ${arn(PLAIN)}`],
    ],
    [
      'GetObject',
      (c) => c.send(new GetObjectCommand(at(PLAIN, 'a'))),
      () => [`s3:GetObject ${arn(`${PLAIN}/a`)}`],
    ],
    [
      'GetObject of a version',
      (c) => c.send(new GetObjectCommand({ ...at(PLAIN, 'a'), VersionId: versionId })),
      () => [`s3:GetObjectVersion ${arn(`${PLAIN}/a`)}`],
    ],
    [
      'HeadObject of a version',
      (c) => c.send(new HeadObjectCommand({ ...at(PLAIN, 'a'), VersionId: versionId })),
      () => [`s3:GetObjectVersion ${arn(`${PLAIN}/a`)}`],
    ],
    [
      'GetObjectAttributes',
      (c) =>
        c.send(new GetObjectAttributesCommand({ ...at(PLAIN, 'a'), ObjectAttributes: ['ETag'] })),
      () => [`s3:GetObject ${arn(`${PLAIN}/a`)}`, `s3:GetObjectAttributes ${arn(`${PLAIN}/a`)}`],
    ],
    [
      'GetObjectAttributes of a version',
      (c) =>
        c.send(
          new GetObjectAttributesCommand({
            ...at(PLAIN, 'a'),
            VersionId: versionId,
            ObjectAttributes: ['ETag'],
          }),
        ),
      () => [
        `s3:GetObjectVersion ${arn(`${PLAIN}/a`)}`,
        `s3:GetObjectVersionAttributes ${arn(`${PLAIN}/a`)}`,
      ],
    ],
    [
      'PutObject that compares an ETag',
      (c) =>
        c.send(
          new PutObjectCommand({
            ...at(PLAIN, 'a'),
            Body: 'a',
            IfMatch: '"0cc175b9c0f1b6a831c399e269772661"',
          }),
        ),
      () => [`s3:PutObject ${arn(`${PLAIN}/a`)}`, `s3:GetObject ${arn(`${PLAIN}/a`)}`],
    ],
    [
      'DeleteObject',
      (c) => c.send(new DeleteObjectCommand(at(PLAIN, 'absent'))),
      () => [`s3:DeleteObject ${arn(`${PLAIN}/absent`)}`],
    ],
    [
      'DeleteObject of a version',
      (c) => c.send(new DeleteObjectCommand({ ...at(PLAIN, 'a'), VersionId: versionId })),
      () => [`s3:DeleteObjectVersion ${arn(`${PLAIN}/a`)}`],
    ],
    [
      'DeleteObjects',
      (c) =>
        c.send(
          new DeleteObjectsCommand({
            Bucket: PLAIN,
            Delete: { Objects: [{ Key: 'x' }, { Key: 'a', VersionId: versionId }] },
          }),
        ),
      () => [`s3:DeleteObject ${arn(`${PLAIN}/x`)}`, `s3:DeleteObjectVersion ${arn(`${PLAIN}/a`)}`],
    ],
    [
      'CopyObject from a version into an encrypted bucket',
      (c) =>
        c.send(
          new CopyObjectCommand({
            ...at(SECRET, 'b'),
            CopySource: `${PLAIN}/a?versionId=${versionId}`,
          }),
        ),
      () => [
        `s3:PutObject ${arn(`${SECRET}/b`)}`,
        `s3:GetObjectVersion ${arn(`${PLAIN}/a`)}`,
        GENERATE,
      ],
    ],
    [
      'CopyObject inside an encrypted bucket',
      (c) => c.send(new CopyObjectCommand({ ...at(SECRET, 'b'), CopySource: `${SECRET}/a` })),
      () => [
        `s3:PutObject ${arn(`${SECRET}/b`)}`,
        `s3:GetObject ${arn(`${SECRET}/a`)}`,
        DECRYPT,
        GENERATE,
      ],
    ],
    [
      'PutObject into an encrypted bucket',
      (c) => c.send(new PutObjectCommand({ ...at(SECRET, 'b'), Body: 'b' })),
      () => [`s3:PutObject ${arn(`${SECRET}/b`)}`, GENERATE],
    ],
    [
      'GetObject from an encrypted bucket',
      (c) => c.send(new GetObjectCommand(at(SECRET, 'a'))),
      () => [`s3:GetObject ${arn(`${SECRET}/a`)}`, DECRYPT],
    ],
    [
      'HeadObject in an encrypted bucket',
      (c) => c.send(new HeadObjectCommand(at(SECRET, 'a'))),
      () => [`s3:GetObject ${arn(`${SECRET}/a`)}`],
    ],
    [
      'HeadObject for a checksum in an encrypted bucket',
      (c) => c.send(new HeadObjectCommand({ ...at(SECRET, 'a'), ChecksumMode: 'ENABLED' })),
      () => [`s3:GetObject ${arn(`${SECRET}/a`)}`, DECRYPT],
    ],
  ];

  test.each(cases)('%s', async (_name, send, expected) => {
    await send(s3.client);
    expect(s3.takeAsked()).toEqual(expected());
  });

  test('a multipart upload into an encrypted bucket', async () => {
    const place = at(SECRET, 'parts');
    const put = `s3:PutObject ${arn(`${SECRET}/parts`)}`;
    const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand(place));
    expect(s3.takeAsked()).toEqual([put, GENERATE, DECRYPT]);
    const upload = { ...place, UploadId };
    const part = await s3.client.send(
      new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'part' }),
    );
    expect(s3.takeAsked()).toEqual([put, GENERATE, DECRYPT]);
    await s3.client.send(
      new UploadPartCopyCommand({ ...upload, PartNumber: 2, CopySource: `${PLAIN}/a` }),
    );
    expect(s3.takeAsked()).toEqual([put, GENERATE, DECRYPT, `s3:GetObject ${arn(`${PLAIN}/a`)}`]);
    await s3.client.send(new ListPartsCommand(upload));
    expect(s3.takeAsked()).toEqual([`s3:ListMultipartUploadParts ${arn(`${SECRET}/parts`)}`]);
    await s3.client.send(
      new CompleteMultipartUploadCommand({
        ...upload,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag: part.ETag }] },
      }),
    );
    expect(s3.takeAsked()).toEqual([put, DECRYPT]);
    const other = await s3.client.send(new CreateMultipartUploadCommand(place));
    s3.takeAsked();
    await s3.client.send(new AbortMultipartUploadCommand({ ...place, UploadId: other.UploadId }));
    expect(s3.takeAsked()).toEqual([`s3:AbortMultipartUpload ${arn(`${SECRET}/parts`)}`]);
  });

  test('RestoreObject, before it looks at the object', async () => {
    await expect(
      s3.client.send(new RestoreObjectCommand({ ...at(PLAIN, 'a'), RestoreRequest: { Days: 1 } })),
    ).rejects.toMatchObject({ name: 'InvalidObjectState' });
    expect(s3.takeAsked()).toEqual([`s3:RestoreObject ${arn(`${PLAIN}/a`)}`]);
  });
});

describe('refusals', () => {
  test('are AccessDenied and change nothing', async () => {
    s3.deny(/^s3:PutObject /);
    await expect(
      s3.client.send(new PutObjectCommand({ ...at(PLAIN, 'new'), Body: Buffer.alloc(3_000_000) })),
    ).rejects.toMatchObject({
      name: 'AccessDenied',
      message:
        'User: arn:aws:iam::111122223333:user/tester is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::plain-bucket/new because no policy allows it',
      $metadata: { httpStatusCode: 403 },
    });
    await expect(s3.client.send(new HeadObjectCommand(at(PLAIN, 'new')))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  test('of the key refuse the write', async () => {
    s3.deny(/^kms:GenerateDataKey/);
    await expect(
      s3.client.send(new PutObjectCommand({ ...at(SECRET, 'new'), Body: 'x' })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('of one key of many stand in its Error', async () => {
    s3.deny(/^s3:DeleteObject .*\/kp-10\//);
    const reply = await s3.client.send(
      new DeleteObjectsCommand({
        Bucket: PLAIN,
        Delete: { Objects: [{ Key: 'kp-1/a' }, { Key: 'kp-10/a' }] },
      }),
    );
    expect(reply.Deleted?.map((object) => object.Key)).toEqual(['kp-1/a']);
    expect(reply.Errors).toMatchObject([{ Key: 'kp-10/a', Code: 'AccessDenied' }]);
  });

  test('hide from those who may not list whether a key exists', async () => {
    s3.deny(/^s3:ListBucket /);
    await expect(s3.client.send(new GetObjectCommand(at(PLAIN, 'absent')))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  test.each(['s3:ListBucket', 's3:ListBucketVersions'])(
    'hide from those without %s whether a version exists',
    async (action) => {
      const { VersionId } = await s3.client.send(
        new PutObjectCommand({ ...at(PLAIN, 'gone'), Body: 'x' }),
      );
      const version = { ...at(PLAIN, 'gone'), VersionId };
      await s3.client.send(new DeleteObjectCommand(version));
      await expect(s3.client.send(new GetObjectCommand(version))).rejects.toMatchObject({
        name: 'NoSuchVersion',
      });
      s3.deny(new RegExp(`^${action} `));
      await expect(s3.client.send(new GetObjectCommand(version))).rejects.toMatchObject({
        name: 'AccessDenied',
      });
    },
  );

  test('meet who expects another owner', async () => {
    await expect(
      s3.client.send(
        new GetObjectCommand({ ...at(PLAIN, 'a'), ExpectedBucketOwner: '999999999999' }),
      ),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

test('an encrypted object names its key, and its ETag is not its MD5', async () => {
  const head = await s3.client.send(new HeadObjectCommand(at(SECRET, 'a')));
  expect(head).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KEY_ARN });
  expect(head.ETag).not.toBe('"0cc175b9c0f1b6a831c399e269772661"');
  const plain = await s3.client.send(
    new PutObjectCommand({ ...at(SECRET, 'plain'), Body: 'a', ServerSideEncryption: 'AES256' }),
  );
  expect(plain).toMatchObject({
    ServerSideEncryption: 'AES256',
    ETag: '"0cc175b9c0f1b6a831c399e269772661"',
  });
});
