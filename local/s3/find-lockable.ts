import type { Caller } from '../aws-service.ts';
import { findObject } from './find-object.ts';
import { type ObjectStorage, requireBucket } from './object-storage.ts';
import type { ObjectVersion } from './object-version.ts';
import { objectArn } from './permissions.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

/**
 * The version whose lock a request is about, if the caller has the right `action`.
 * @throws S3Error `InvalidRequest` in a bucket without Object Lock
 */
export function findLockable(
  storage: ObjectStorage,
  request: S3Request,
  caller: Caller,
  action: string,
): ObjectVersion {
  caller.authorise(action, objectArn(request.bucket, request.key));
  const bucket = requireBucket(storage, request.bucket);
  if (!bucket.objectLock) {
    throw new S3Error('InvalidRequest', 'Bucket is missing Object Lock Configuration');
  }
  return findObject(bucket, request.key, request.query.get('versionId'), caller).version;
}
