import type { Caller } from '../aws-service.ts';
import type { Bucket } from './bucket.ts';
import { assertCopySourceConditions } from './conditions.ts';
import { authoriseKeyUse } from './encryption.ts';
import { type FoundObject, findObject } from './find-object.ts';
import { type ObjectStorage, requireBucket } from './object-storage.ts';
import { authoriseRead } from './permissions.ts';
import { invalidArgument } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import { decodeForm } from './url-encoding.ts';

export const COPY_SOURCE_HEADERS = [
  'x-amz-copy-source-if-match',
  'x-amz-copy-source-if-modified-since',
  'x-amz-copy-source-if-none-match',
  'x-amz-copy-source-if-unmodified-since',
];

/** 5 GB for one copy: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html. */
export const MAXIMUM_COPY_BYTES = 5 * 1024 ** 3;

export interface CopySource extends FoundObject {
  readonly bucket: Bucket;
  readonly key: string;
  readonly versionId: string | undefined;
}

/** Finds what `x-amz-copy-source` names, if the caller may read it and the conditions on it hold. */
export function findCopySource(
  storage: ObjectStorage,
  request: S3Request,
  caller: Caller,
): CopySource {
  const { bucketName, key, versionId } = parseCopySource(request.header('x-amz-copy-source') ?? '');
  authoriseRead(caller, 'GetObject', { bucket: bucketName, key, versionId });
  const bucket = requireBucket(storage, bucketName);
  const found = findObject(bucket, key, versionId, caller);
  authoriseKeyUse(storage, caller, found.content.encryptionKeyArn, 'decrypt');
  assertCopySourceConditions(request, found.version, found.content);
  return { ...found, bucket, key, versionId };
}

/** `bucket/key` or `/bucket/key`, URL-encoded as a whole or not, then maybe `?versionId=…`. */
function parseCopySource(header: string): {
  bucketName: string;
  key: string;
  versionId: string | undefined;
} {
  const [encodedPath = '', encodedVersionId] = header.split('?versionId=');
  const [, bucketName, key] = /^\/?([^/]+)\/(.+)$/s.exec(decodeForm(encodedPath)) ?? [];
  if (bucketName === undefined || key === undefined) {
    throw invalidArgument('x-amz-copy-source', header, 'Invalid copy source object key');
  }
  const versionId = encodedVersionId === undefined ? undefined : decodeForm(encodedVersionId);
  return { bucketName, key, versionId };
}

/** Which version was copied, for buckets that have versions. */
export function copySourceHeaders(source: CopySource, id: string): Record<string, string> {
  return source.bucket.versioning === 'Off' ? {} : { 'x-amz-copy-source-version-id': id };
}
