import { partSink } from '../body-sink.ts';
import { checksumHeaders, PAYLOAD_HEADERS } from '../checksum-headers.ts';
import { encryptionHeaders } from '../encryption.ts';
import { etagOf } from '../etag.ts';
import { findPartPlace, keepPart } from '../find-upload.ts';
import type { ObjectStorage } from '../object-storage.ts';
import type { Operation } from '../operation.ts';
import { receivePayload } from '../receive-payload.ts';
import { emptyReply } from '../s3-reply.ts';
import { assertPartChecksum, digestsOfPart } from '../upload-checksum.ts';

export function uploadPart(storage: ObjectStorage): Operation {
  return {
    name: 'UploadPart',
    method: 'PUT',
    on: 'object',
    selectors: ['partNumber', 'uploadId'],
    parameters: [],
    headers: PAYLOAD_HEADERS,
    async run(request, caller) {
      const { upload, partNumber } = findPartPlace(storage, request, caller);
      assertPartChecksum(request, upload);
      const payload = await receivePayload(
        request,
        partSink(storage.bodies),
        digestsOfPart(upload),
      );
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
