import { admitWrite } from '../authorise-write.ts';
import { objectSink } from '../body-sink.ts';
import { checksumHeaders, PAYLOAD_HEADERS } from '../checksum-headers.ts';
import { ENCRYPTION_HEADERS, encryptionHeaders } from '../encryption.ts';
import { etagOf } from '../etag.ts';
import { versionHeaders } from '../find-object.ts';
import { objectHeadersIn } from '../object-headers.ts';
import { OBJECT_LOCK_HEADERS } from '../object-lock.ts';
import type { ObjectStorage } from '../object-storage.ts';
import type { ObjectContent } from '../object-version.ts';
import type { Operation } from '../operation.ts';
import { assertWritable, putVersion } from '../put-version.ts';
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
      'x-amz-website-redirect-location',
    ],
    async run(request, caller) {
      const { bucket, lock, encryptionKeyArn } = admitWrite(storage, caller, request, 'encrypt');
      const storageClass = storageClassIn(request);
      const headers = objectHeadersIn(request);
      // Refused before the body is read, and again after it: the key may have been written meanwhile.
      assertWritable(storage, request, bucket);

      const wantedDigests = encryptionKeyArn === undefined ? (['MD5'] as const) : [];
      const payload = await receivePayload(request, objectSink(storage.bodies), wantedDigests);
      const sequence = storage.nextSequence();
      const content: ObjectContent = {
        body: payload.kept,
        size: payload.size,
        etag: etagOf(encryptionKeyArn, payload.digests.get('MD5'), sequence),
        checksum: { ...payload.checksum, type: 'FULL_OBJECT' },
        storageClass,
        encryptionKeyArn,
        headers,
        parts: undefined,
      };
      const version = await putVersion(storage, request, bucket, { sequence, content, lock });
      return emptyReply({
        etag: `"${content.etag}"`,
        ...versionHeaders(bucket, version),
        ...checksumHeaders(content.checksum),
        ...encryptionHeaders(encryptionKeyArn),
      });
    },
  };
}
