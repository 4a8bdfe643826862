import type { Caller } from '../aws-service.ts';
import type { Bucket } from './bucket.ts';
import type { ObjectStorage } from './object-storage.ts';
import { invalidArgument, notImplemented } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

export const ENCRYPTION_HEADERS = [
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
];

/** The KMS key of a write: named by its headers, or the bucket's; undefined for S3's own key. */
export function encryptionKeyOf(request: S3Request, bucket: Bucket): string | undefined {
  const algorithm = request.header('x-amz-server-side-encryption');
  const keyArn = request.header('x-amz-server-side-encryption-aws-kms-key-id');
  if (algorithm === undefined && keyArn === undefined) return bucket.encryptionKeyArn;
  if (algorithm === 'AES256' && keyArn === undefined) return undefined;
  if (algorithm !== 'aws:kms') {
    throw invalidArgument(
      'x-amz-server-side-encryption',
      algorithm ?? '',
      'The encryption method specified is not supported',
    );
  }
  // A key id or alias would have to be resolved, and no key at all means the account's aws/s3 key.
  if (!keyArn?.startsWith('arn:')) throw notImplemented('SSE-KMS without the ARN of a key');
  return keyArn;
}

/** What a principal needs of the key: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html. */
export type KeyUse = 'encrypt' | 'decrypt' | 'encrypt in parts';

const KMS_ACTIONS: Readonly<Record<KeyUse, readonly string[]>> = {
  encrypt: ['kms:GenerateDataKey'],
  decrypt: ['kms:Decrypt'],
  // S3 reads the encrypted parts back when it completes the upload.
  'encrypt in parts': ['kms:GenerateDataKey', 'kms:Decrypt'],
};

export function authoriseKeyUse(
  storage: ObjectStorage,
  caller: Caller,
  keyArn: string | undefined,
  use: KeyUse,
): void {
  if (keyArn === undefined) return;
  for (const action of KMS_ACTIONS[use]) {
    caller.authorise(action, keyArn, { 'kms:ViaService': `s3.${storage.region}.amazonaws.com` });
  }
}

export function encryptionHeaders(keyArn: string | undefined): Record<string, string> {
  if (keyArn === undefined) return { 'x-amz-server-side-encryption': 'AES256' };
  return {
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': keyArn,
  };
}
