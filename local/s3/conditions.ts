import type { Caller } from '../aws-service.ts';
import { isSameEtag } from './etag.ts';
import type { ObjectContent, ObjectVersion } from './object-version.ts';
import { objectArn } from './permissions.ts';
import { notImplemented, S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

/**
 * Conditions of a read, in the order of RFC 9110 section 13.2.2.
 * @returns false when the client's copy is still good (304)
 * @throws S3Error `PreconditionFailed`
 */
export function meetsReadConditions(
  request: S3Request,
  version: ObjectVersion,
  content: ObjectContent,
): boolean {
  assertUnchanged(request, '', version, content);
  const ifNoneMatch = request.header('if-none-match');
  if (ifNoneMatch !== undefined) return !matchesEtag(ifNoneMatch, content.etag);
  return !isNotModifiedSince(request.header('if-modified-since'), version);
}

/**
 * Conditions on the source of a copy, where nothing is cached: every one that fails is an error.
 * @throws S3Error `PreconditionFailed`
 */
export function assertCopySourceConditions(
  request: S3Request,
  version: ObjectVersion,
  content: ObjectContent,
): void {
  const prefix = 'x-amz-copy-source-';
  assertUnchanged(request, prefix, version, content);
  const ifNoneMatch = request.header(`${prefix}if-none-match`);
  if (ifNoneMatch !== undefined && matchesEtag(ifNoneMatch, content.etag)) {
    throw preconditionFailed(`${prefix}if-none-match`);
  }
  if (isNotModifiedSince(request.header(`${prefix}if-modified-since`), version)) {
    throw preconditionFailed(`${prefix}if-modified-since`);
  }
}

/**
 * Conditions of a write on the current version: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html.
 * @throws S3Error `PreconditionFailed`, or `NoSuchKey` when there is nothing to match
 */
export function assertWriteConditions(
  request: S3Request,
  current: ObjectVersion | undefined,
): void {
  const ifNoneMatch = request.header('if-none-match');
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw notImplemented('A conditional write with If-None-Match other than *');
  }
  if (ifNoneMatch === '*' && current?.content !== undefined) {
    throw preconditionFailed('If-None-Match');
  }
  const ifMatch = request.header('if-match');
  if (ifMatch !== undefined) assertCurrent(ifMatch, current, request.key);
}

/** Who compares ETags learns something of the object, and needs `s3:GetObject` for it. */
export function authoriseIfMatch(
  caller: Caller,
  bucket: string,
  key: string,
  ifMatch: string | undefined,
): void {
  if (ifMatch !== undefined && ifMatch !== '*') {
    caller.authorise('s3:GetObject', objectArn(bucket, key));
  }
}

/** @throws S3Error `NoSuchKey` without a current object, `PreconditionFailed` when it has another ETag */
export function assertCurrent(etag: string, current: ObjectVersion | undefined, key: string): void {
  if (current?.content === undefined) {
    throw new S3Error('NoSuchKey', 'The specified key does not exist.', { details: { Key: key } });
  }
  if (!matchesEtag(etag, current.content.etag)) throw preconditionFailed('If-Match');
}

function assertUnchanged(
  request: S3Request,
  prefix: string,
  version: ObjectVersion,
  content: ObjectContent,
): void {
  const ifMatch = request.header(`${prefix}if-match`);
  if (ifMatch !== undefined) {
    if (!matchesEtag(ifMatch, content.etag)) throw preconditionFailed(`${prefix}if-match`);
    return;
  }
  const unmodifiedSince = request.header(`${prefix}if-unmodified-since`);
  if (unmodifiedSince !== undefined && version.lastModified > Date.parse(unmodifiedSince)) {
    throw preconditionFailed(`${prefix}if-unmodified-since`);
  }
}

function isNotModifiedSince(since: string | undefined, version: ObjectVersion): boolean {
  return since !== undefined && version.lastModified <= Date.parse(since);
}

function matchesEtag(condition: string, etag: string): boolean {
  return condition.split(',').some((each) => each.trim() === '*' || isSameEtag(each, etag));
}

function preconditionFailed(condition: string): S3Error {
  return new S3Error(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    { details: { Condition: condition } },
  );
}
