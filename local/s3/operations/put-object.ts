import { authoriseWrite } from '../authorise-write.ts';
import { objectSink } from '../body-sink.ts';
import { checksumHeaders, PAYLOAD_HEADERS } from '../checksum-headers.ts';
import {
  authoriseKeyUse,
  ENCRYPTION_HEADERS,
  encryptionHeaders,
  encryptionKeyOf,
} from '../encryption.ts';
import { etagOf } from '../etag.ts';
import { versionHeaders } from '../find-object.ts';
import { objectHeadersIn } from '../object-headers.ts';
import { OBJECT_LOCK_HEADERS, objectLockIn } from '../object-lock.ts';
import { type ObjectStorage, requireBucket } from '../object-storage.ts';
import type { ObjectContent } from '../object-version.ts';
import type { Operation } from '../operation.ts';
import { assertLockable, assertWritable, putVersion } from '../put-version.ts';
import { receivePayload } from '../receive-payload.ts';
import { emptyReply } from '../s3-reply.ts';
import { storageClassIn } from '../storage-class.ts';

export function putObject(storage: ObjectStorage): Operation {
  return {
    name: 'PutObject',
    method: 'PUT',
    on: 'object',
    selectors: [],
    parameters: [],
    headers: [
      ...PAYLOAD_HEADERS,
      ...ENCRYPTION_HEADERS,
      ...OBJECT_LOCK_HEADERS,
      'x-amz-meta-*',
      'x-amz-storage-class',
    ],
    async run(request, caller) {
      const lock = objectLockIn(request, storage.now());
      authoriseWrite(caller, request, lock);
      const bucket = requireBucket(storage, request.bucket);
      assertLockable(bucket, lock);
      const keyArn = encryptionKeyOf(request, bucket);
      authoriseKeyUse(storage, caller, keyArn, 'encrypt');
      const storageClass = storageClassIn(request);
      const headers = objectHeadersIn(request);
      // Refused before the body is read, and again after it: the key may have been written meanwhile.
      assertWritable(storage, request, bucket);

      const wantedDigests = keyArn === undefined ? (['MD5'] as const) : [];
      const payload = await receivePayload(request, objectSink(storage.bodies), wantedDigests);
      const sequence = storage.nextSequence();
      const content: ObjectContent = {
        body: payload.kept,
        size: payload.size,
        etag: etagOf(keyArn, payload.digests.get('MD5'), sequence),
        checksum: { ...payload.checksum, type: 'FULL_OBJECT' },
        storageClass,
        encryptionKeyArn: keyArn,
        headers,
        parts: undefined,
      };
      const version = await putVersion(storage, request, bucket, { sequence, content, lock });
      return emptyReply({
        etag: `"${content.etag}"`,
        ...versionHeaders(bucket, version),
        ...checksumHeaders(content.checksum),
        ...encryptionHeaders(keyArn),
      });
    },
  };
}
