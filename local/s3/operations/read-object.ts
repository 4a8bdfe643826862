import type { Caller } from '../../aws-service.ts';
import type { Bucket } from '../bucket.ts';
import { byteRangeOf } from '../byte-range.ts';
import { checksumHeaders } from '../checksum-headers.ts';
import { meetsReadConditions } from '../conditions.ts';
import { authoriseKeyUse, encryptionHeaders } from '../encryption.ts';
import { type FoundObject, findObject, versionHeaders } from '../find-object.ts';
import { type ObjectStorage, requireBucket } from '../object-storage.ts';
import type { Operation } from '../operation.ts';
import { authoriseRead, isAllowed, objectArn } from '../permissions.ts';
import { invalidObjectState, isReadable, restoreHeaders } from '../restore.ts';
import { storedRange } from '../s3-reply.ts';
import type { S3Request } from '../s3-request.ts';
import { storageClassHeaders } from '../storage-class.ts';

export function getObject(storage: ObjectStorage): Operation {
  return {
    name: 'GetObject',
    method: 'GET',
    on: 'object',
    selectors: [],
    parameters: ['versionId'],
    headers: ['x-amz-checksum-mode'],
    async run(request, caller) {
      const { bucket, found } = find(storage, request, caller);
      const { content, version } = found;
      if (!isReadable(version, storage.now())) {
        throw invalidObjectState(
          `The operation is not valid for the object's storage class`,
          content.storageClass,
        );
      }
      authoriseKeyUse(storage, caller, content.encryptionKeyArn, 'decrypt');
      const headers = describe(storage, request, caller, bucket, found);
      if (!meetsReadConditions(request, version, content)) return { status: 304, headers };

      const range = byteRangeOf(request.header('range'), content.size);
      const { start, end } = range ?? { start: 0, end: content.size };
      const body = storedRange(content.body, start, end);
      if (range === undefined) {
        return { status: 200, headers: { ...headers, ...checksumOf(request, found) }, body };
      }
      // The checksum of the whole would not match these bytes: S3 leaves it out.
      return {
        status: 206,
        headers: { ...headers, 'content-range': `bytes ${start}-${end - 1}/${content.size}` },
        body,
      };
    },
  };
}

export function headObject(storage: ObjectStorage): Operation {
  return {
    name: 'HeadObject',
    method: 'HEAD',
    on: 'object',
    selectors: [],
    parameters: ['versionId'],
    headers: ['x-amz-checksum-mode'],
    async run(request, caller) {
      const { bucket, found } = find(storage, request, caller);
      const { content, version } = found;
      const checksum = checksumOf(request, found);
      if (checksum !== undefined) {
        authoriseKeyUse(storage, caller, content.encryptionKeyArn, 'decrypt');
      }
      const headers = describe(storage, request, caller, bucket, found);
      if (!meetsReadConditions(request, version, content)) return { status: 304, headers };
      const range = byteRangeOf(request.header('range'), content.size);
      return {
        status: range === undefined ? 200 : 206,
        headers: {
          ...headers,
          ...checksum,
          'content-length': String(range === undefined ? content.size : range.end - range.start),
        },
      };
    },
  };
}

function find(
  storage: ObjectStorage,
  request: S3Request,
  caller: Caller,
): { bucket: Bucket; found: FoundObject } {
  const { key } = request;
  const versionId = request.query.get('versionId');
  authoriseRead(caller, 'GetObject', { bucket: request.bucket, key, versionId });
  const bucket = requireBucket(storage, request.bucket);
  return { bucket, found: findObject(bucket, key, versionId, caller) };
}

function checksumOf(
  request: S3Request,
  { content }: FoundObject,
): Record<string, string> | undefined {
  const isAsked = request.header('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
  return isAsked ? checksumHeaders(content.checksum) : undefined;
}

function describe(
  storage: ObjectStorage,
  request: S3Request,
  caller: Caller,
  bucket: Bucket,
  { version, content }: FoundObject,
): Record<string, string> {
  return {
    ...content.headers,
    'accept-ranges': 'bytes',
    etag: `"${content.etag}"`,
    'last-modified': new Date(version.lastModified).toUTCString(),
    ...versionHeaders(bucket, version),
    ...storageClassHeaders(content.storageClass),
    ...encryptionHeaders(content.encryptionKeyArn),
    ...restoreHeaders(version, storage.now()),
    ...lockHeaders(caller, objectArn(bucket.name, request.key), version.lock),
  };
}

/** Shown to those who may read the lock itself: GetObject, "Response Elements", in the API reference. */
function lockHeaders(
  caller: Caller,
  resource: string,
  lock: FoundObject['version']['lock'],
): Record<string, string> {
  const headers: Record<string, string> = {};
  if (lock?.retention !== undefined && isAllowed(caller, 's3:GetObjectRetention', resource)) {
    headers['x-amz-object-lock-mode'] = lock.retention.mode;
    headers['x-amz-object-lock-retain-until-date'] = new Date(
      lock.retention.retainUntil,
    ).toISOString();
  }
  if (lock !== undefined && isAllowed(caller, 's3:GetObjectLegalHold', resource)) {
    headers['x-amz-object-lock-legal-hold'] = lock.legalHold ? 'ON' : 'OFF';
  }
  return headers;
}
