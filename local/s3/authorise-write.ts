import type { Caller } from '../aws-service.ts';
import type { Bucket } from './bucket.ts';
import { authoriseIfMatch } from './conditions.ts';
import { authoriseKeyUse, encryptionKeyOf, type KeyUse } from './encryption.ts';
import { type ObjectLock, objectLockIn } from './object-lock.ts';
import { type ObjectStorage, requireBucket } from './object-storage.ts';
import { objectArn } from './permissions.ts';
import { assertLockable } from './put-version.ts';
import type { S3Request } from './s3-request.ts';

/** What an object is written with, once its caller may write it so. */
export interface AdmittedWrite {
  readonly bucket: Bucket;
  readonly lock: ObjectLock | undefined;
  readonly encryptionKeyArn: string | undefined;
}

/** @throws S3Error `NoSuchBucket`, or naming what is wrong with the lock or the key asked for; AccessDenied */
export function admitWrite(
  storage: ObjectStorage,
  caller: Caller,
  request: S3Request,
  keyUse: KeyUse,
): AdmittedWrite {
  const lock = objectLockIn(request, storage.now());
  authoriseWrite(caller, request, lock);
  const bucket = requireBucket(storage, request.bucket);
  assertLockable(bucket, lock);
  const encryptionKeyArn = encryptionKeyOf(request, bucket);
  authoriseKeyUse(storage, caller, encryptionKeyArn, keyUse);
  return { bucket, lock, encryptionKeyArn };
}

/** Every right that writing an object takes: for itself, for the lock it asks for, for the ETag it compares. */
export function authoriseWrite(
  caller: Caller,
  request: S3Request,
  lock: ObjectLock | undefined,
): void {
  const resource = objectArn(request.bucket, request.key);
  caller.authorise('s3:PutObject', resource);
  if (lock?.retention !== undefined) caller.authorise('s3:PutObjectRetention', resource);
  if (lock?.legalHold === true) caller.authorise('s3:PutObjectLegalHold', resource);
  authoriseIfMatch(caller, request.bucket, request.key, request.header('if-match'));
}
