import type { Caller } from '../aws-service.ts';
import { authoriseIfMatch } from './conditions.ts';
import type { ObjectLock } from './object-lock.ts';
import { objectArn } from './permissions.ts';
import type { S3Request } from './s3-request.ts';

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
