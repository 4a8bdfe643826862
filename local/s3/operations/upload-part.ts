import { partSink } from '../body-sink.ts';
import type { DigestAlgorithm } from '../checksum.ts';
import { checksumHeaders, PAYLOAD_HEADERS } from '../checksum-headers.ts';
import { authoriseKeyUse, encryptionHeaders } from '../encryption.ts';
import { etagOf } from '../etag.ts';
import { findUpload, keepPart, partNumberIn } from '../find-upload.ts';
import type { ObjectStorage } from '../object-storage.ts';
import type { Operation } from '../operation.ts';
import { objectArn } from '../permissions.ts';
import { receivePayload } from '../receive-payload.ts';
import { emptyReply } from '../s3-reply.ts';
import { assertPartChecksum } from '../upload-checksum.ts';

export function uploadPart(storage: ObjectStorage): Operation {
  return {
    name: 'UploadPart',
    method: 'PUT',
    on: 'object',
    selectors: ['partNumber', 'uploadId'],
    parameters: [],
    headers: PAYLOAD_HEADERS,
    async run(request, caller) {
      caller.authorise('s3:PutObject', objectArn(request.bucket, request.key));
      const { upload } = findUpload(storage, request);
      authoriseKeyUse(storage, caller, upload.encryptionKeyArn, 'encrypt in parts');
      const partNumber = partNumberIn(request);
      assertPartChecksum(request, upload);
      const wanted: DigestAlgorithm[] = [upload.checksumAlgorithm];
      if (upload.encryptionKeyArn === undefined) wanted.push('MD5');
      const payload = await receivePayload(request, partSink(storage.bodies), wanted);
      const { digests } = payload;
      const etag = etagOf(upload.encryptionKeyArn, digests.get('MD5'), storage.nextSequence());
      await keepPart(storage, request, {
        partNumber,
        body: payload.kept,
        size: payload.size,
        etag,
        checksum: digests.get(upload.checksumAlgorithm)?.toString('base64') ?? '',
        lastModified: storage.now().getTime(),
      });
      return emptyReply({
        etag: `"${etag}"`,
        ...checksumHeaders({ ...payload.checksum, type: 'FULL_OBJECT' }),
        ...encryptionHeaders(upload.encryptionKeyArn),
      });
    },
  };
}
