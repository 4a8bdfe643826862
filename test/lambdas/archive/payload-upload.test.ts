import { ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type PartsOf, uploadPayload } from '../../../lambdas/archive/payload-upload.ts';
import { intercept } from '../../support/intercept.ts';
import { lateReplies } from '../../support/late-replies.ts';
import { type S3Harness, startS3Harness } from '../../support/s3-harness.ts';

const KEY = 'bag/data/shard-00001/objects.tar';

let s3: S3Harness;
beforeEach(async () => {
  s3 = await startS3Harness({ minimumPartBytes: 1 });
  s3.service.createBucket('vault', { versioned: true });
});
afterEach(() => s3.close());

function upload(partsOf: PartsOf, client: S3Client = s3.client) {
  const limits = { uploadPartsAtOnce: 2 };
  return uploadPayload({ client, bucket: 'vault', storageClass: 'STANDARD', limits }, KEY, partsOf);
}

async function* parts(...texts: readonly string[]): AsyncGenerator<Buffer> {
  yield* texts.map((text) => Buffer.from(text));
}

/** Two parts, and then no third. */
async function* brokenParts(): AsyncGenerator<Buffer> {
  yield* parts('one', 'two');
  throw new Error('gone');
}

async function uploadsLeft(): Promise<number> {
  const { Uploads = [] } = await s3.client.send(
    new ListMultipartUploadsCommand({ Bucket: 'vault' }),
  );
  return Uploads.length;
}

test('a payload that breaks off behind its second part leaves no upload, and fails for its own reason', async () => {
  await expect(upload(brokenParts)).rejects.toThrow('gone');
  expect(await uploadsLeft()).toBe(0);
});

test('an upload is aborted when its parts have arrived, because S3 would keep one that comes later', async () => {
  const replies = lateReplies(s3.client, 'UploadPartCommand');
  await expect(upload(brokenParts)).rejects.toThrow('gone');
  expect(replies).toEqual([
    'CreateMultipartUploadCommand',
    'UploadPartCommand',
    'UploadPartCommand',
    'AbortMultipartUploadCommand',
  ]);
});

test('an abort that fails does not hide why the payload broke off', async () => {
  s3.deny(/^s3:AbortMultipartUpload/);
  await expect(upload(brokenParts)).rejects.toThrow('gone');
  expect(await uploadsLeft()).toBe(1);
});

test.each([
  ['another one', 'b3RoZXI=-3'],
  ['none', undefined],
])(
  'a payload of which S3 has composed %s for a checksum is not the one that was sent',
  async (_, ChecksumSHA256) => {
    intercept(s3.client, 'CompleteMultipartUploadCommand', async (send) => ({
      ...(await send()),
      ChecksumSHA256,
    }));
    await expect(upload(() => parts('one', 'two', 'three'))).rejects.toMatchObject({
      name: 'INTEGRITY_MISMATCH',
      details: { key: KEY, found: ChecksumSHA256 },
    });
  },
);
