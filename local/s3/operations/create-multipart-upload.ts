import { admitWrite } from '../authorise-write.ts';
import { ENCRYPTION_HEADERS, encryptionHeaders } from '../encryption.ts';
import { objectHeadersIn } from '../object-headers.ts';
import { OBJECT_LOCK_HEADERS } from '../object-lock.ts';
import type { ObjectStorage } from '../object-storage.ts';
import type { Operation } from '../operation.ts';
import { xmlReply } from '../s3-reply.ts';
import { storageClassIn } from '../storage-class.ts';
import { uploadChecksumIn } from '../upload-checksum.ts';
import { versionIdOf } from '../version-id.ts';
import { leaf, xmlDocument } from '../write-xml.ts';

export function createMultipartUpload(storage: ObjectStorage): Operation {
  return {
    name: 'CreateMultipartUpload',
    method: 'POST',
    on: 'object',
    selectors: ['uploads'],
    parameters: [],
    headers: [
      ...ENCRYPTION_HEADERS,
      ...OBJECT_LOCK_HEADERS,
      'x-amz-checksum-algorithm',
      'x-amz-checksum-type',
      'x-amz-meta-*',
      'x-amz-storage-class',
      'x-amz-website-redirect-location',
    ],
    async run(request, caller) {
      const { bucket, lock, encryptionKeyArn } = admitWrite(
        storage,
        caller,
        request,
        'encrypt in parts',
      );
      const checksum = uploadChecksumIn(request);
      const uploadId = uploadIdOf(storage.nextSequence());
      bucket.uploads.set(uploadId, {
        uploadId,
        key: request.key,
        initiatedAt: storage.now(),
        ...checksum,
        storageClass: storageClassIn(request),
        encryptionKeyArn,
        headers: objectHeadersIn(request),
        lock,
        parts: new Map(),
      });
      return xmlReply(
        xmlDocument(
          'InitiateMultipartUploadResult',
          leaf('Bucket', bucket.name),
          leaf('Key', request.key),
          leaf('UploadId', uploadId),
        ),
        {
          ...encryptionHeaders(encryptionKeyArn),
          ...(checksum.checksumDeclared
            ? {
                'x-amz-checksum-algorithm': checksum.checksumAlgorithm,
                'x-amz-checksum-type': checksum.checksumType,
              }
            : {}),
        },
      );
    },
  };
}

/** Grows with each upload: S3 lists the uploads of one key by time of initiation, and pages them by the id's order. */
function uploadIdOf(sequence: number): string {
  return `${sequence.toString(36).padStart(11, '0')}.${versionIdOf(sequence)}`;
}
