import type { Caller } from '../aws-service.ts';
import { type Bucket, currentVersion, findVersion } from './bucket.ts';
import { idOf, type ObjectContent, type ObjectVersion } from './object-version.ts';
import { bucketArn, isAllowed } from './permissions.ts';
import { S3Error } from './s3-error.ts';

export interface FoundObject {
  readonly version: ObjectVersion;
  readonly content: ObjectContent;
}

/**
 * The object that a request names, by key or by key and version.
 * @throws S3Error `NoSuchKey`, `NoSuchVersion`, `MethodNotAllowed` for a delete marker named by its version; AccessDenied
 * in place of `NoSuchKey` for those who may not list the bucket
 */
export function findObject(
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
  caller: Caller,
): FoundObject {
  const version =
    versionId === undefined ? currentVersion(bucket, key) : findVersion(bucket, key, versionId);
  if (version === undefined && versionId !== undefined) {
    throw new S3Error('NoSuchVersion', 'The specified version does not exist.', {
      details: { Key: key, VersionId: versionId },
    });
  }
  if (version?.content !== undefined) return { version, content: version.content };

  const marker: Record<string, string> =
    version === undefined
      ? {}
      : { 'x-amz-delete-marker': 'true', 'x-amz-version-id': idOf(version) };
  if (version !== undefined && versionId !== undefined) {
    throw new S3Error('MethodNotAllowed', 'The specified method is not allowed.', {
      details: { Method: 'GET', ResourceType: 'DeleteMarker' },
      headers: {
        ...marker,
        allow: 'DELETE',
        'last-modified': new Date(version.lastModified).toUTCString(),
      },
    });
  }
  // Whether a key exists is told only to those who may list: GetObject, "Permissions", in the API reference.
  if (!isAllowed(caller, 's3:ListBucket', bucketArn(bucket.name))) {
    throw new S3Error('AccessDenied', 'Access Denied');
  }
  throw new S3Error('NoSuchKey', 'The specified key does not exist.', {
    details: { Key: key },
    headers: marker,
  });
}

/** `x-amz-version-id`, which buckets that were never versioned do not send. */
export function versionHeaders(bucket: Bucket, version: ObjectVersion): Record<string, string> {
  return bucket.versioning === 'Off' ? {} : { 'x-amz-version-id': idOf(version) };
}
