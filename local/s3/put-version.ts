import { addVersion, type Bucket, currentVersion } from './bucket.ts';
import { assertWriteConditions } from './conditions.ts';
import { type ObjectLock, withDefault } from './object-lock.ts';
import { type ObjectStorage, releaseVersion, requireBucket } from './object-storage.ts';
import type { ObjectContent, ObjectVersion } from './object-version.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import { releaseBody } from './stored-body.ts';

export interface PlannedVersion {
  readonly sequence: number;
  /** Its body's reference passes to the version. */
  readonly content: ObjectContent;
  readonly lock: ObjectLock | undefined;
}

/**
 * Makes an object the current version, if its conditions hold at this very moment: there is no `await` between the
 * question and the write. A refused body is let go of.
 * @throws S3Error `PreconditionFailed`, `NoSuchBucket` …
 */
export async function putVersion(
  storage: ObjectStorage,
  request: S3Request,
  bucket: Bucket,
  planned: PlannedVersion,
): Promise<ObjectVersion> {
  try {
    assertWritable(storage, request, bucket);
  } catch (error) {
    await releaseBody(planned.content.body);
    throw error;
  }
  return putVersionUnchecked(storage, request, bucket, planned);
}

/** For who has just asked `assertWritable` itself. */
export async function putVersionUnchecked(
  storage: ObjectStorage,
  request: S3Request,
  bucket: Bucket,
  planned: PlannedVersion,
): Promise<ObjectVersion> {
  const at = storage.now();
  const lock = withDefault(planned.lock, bucket.defaultRetention, at);
  const { version, replaced } = addVersion(bucket, request.key, { ...planned, lock, at });
  await releaseVersion(replaced);
  return version;
}

/** @throws S3Error when the bucket is gone, or a condition of the request does not hold */
export function assertWritable(storage: ObjectStorage, request: S3Request, bucket: Bucket): void {
  requireBucket(storage, bucket.name);
  assertWriteConditions(request, currentVersion(bucket, request.key));
}

/** @throws S3Error `InvalidRequest` when a lock is asked for in a bucket that has none */
export function assertLockable(bucket: Bucket, lock: ObjectLock | undefined): void {
  if (lock !== undefined && !bucket.objectLock) {
    throw new S3Error('InvalidRequest', 'Bucket is missing Object Lock Configuration');
  }
}
