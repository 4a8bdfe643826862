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
 * in place of the first two for those who may not list what is missing
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
    assertMayList(caller, bucket, 's3:ListBucket', 's3:ListBucketVersions');
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
  assertMayList(caller, bucket, 's3:ListBucket');
  throw new S3Error('NoSuchKey', 'The specified key does not exist.', {
    details: { Key: key },
    headers: marker,
  });
}

/**
 * What exists is told only to those who may list: GetObject, "Permissions", in the API reference. It does not say which of
 * the two rights a missing version takes, so both are asked for.
 */
function assertMayList(caller: Caller, bucket: Bucket, ...actions: readonly string[]): void {
  if (!actions.every((action) => isAllowed(caller, action, bucketArn(bucket.name))))
    throw new S3Error('AccessDenied', 'Access Denied');
}

/** `x-amz-version-id`, which buckets that were never versioned do not send. */
export function versionHeaders(bucket: Bucket, version: ObjectVersion): Record<string, string> {
  return bucket.versioning === 'Off' ? {} : { 'x-amz-version-id': idOf(version) };
}
