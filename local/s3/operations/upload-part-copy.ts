import { copySourceRangeOf } from '../byte-range.ts';
import { checksumElementName } from '../checksum-headers.ts';
import {
  COPY_SOURCE_HEADERS,
  copySourceHeaders,
  findCopySource,
  MAXIMUM_COPY_BYTES,
} from '../copy-source.ts';
import { digestBody } from '../digest-body.ts';
import { encryptionHeaders } from '../encryption.ts';
import { etagOf } from '../etag.ts';
import { findPartPlace, keepPart } from '../find-upload.ts';
import type { UploadedPart } from '../multipart-upload.ts';
import type { ObjectStorage } from '../object-storage.ts';
import { idOf } from '../object-version.ts';
import type { Operation } from '../operation.ts';
import { invalidObjectState, isReadable } from '../restore.ts';
import { S3Error } from '../s3-error.ts';
import { xmlReply } from '../s3-reply.ts';
import { releaseBody, retainBody, sliceBody } from '../stored-body.ts';
import { digestsOfPart } from '../upload-checksum.ts';
import { leaf, xmlDocument } from '../write-xml.ts';

export function uploadPartCopy(storage: ObjectStorage): Operation {
  return {
    name: 'UploadPartCopy',
    method: 'PUT',
    on: 'object',
    selectors: ['partNumber', 'uploadId'],
    selectingHeader: 'x-amz-copy-source',
    parameters: [],
    headers: [...COPY_SOURCE_HEADERS, 'x-amz-copy-source-range'],
    async run(request, caller) {
      const { upload, partNumber } = findPartPlace(storage, request, caller);
      const source = findCopySource(storage, request, caller);
      if (!isReadable(source.version, storage.now())) {
        throw invalidObjectState(
          `Operation is not valid for the source object's storage class`,
          source.content.storageClass,
        );
      }
      const { start, end } = copySourceRangeOf(
        request.header('x-amz-copy-source-range'),
        source.content.size,
      );
      if (end - start > MAXIMUM_COPY_BYTES) {
        throw new S3Error('InvalidRequest', 'The specified copy source is too large for one part');
      }

      const body = sliceBody(source.content.body, start, end);
      retainBody(body);
      let part: UploadedPart;
      try {
        const digests = await digestBody(body, 0, end - start, digestsOfPart(upload));
        part = {
          partNumber,
          body,
          size: end - start,
          etag: etagOf(upload.encryptionKeyArn, digests.get('MD5'), storage.nextSequence()),
          checksum: digests.get(upload.checksumAlgorithm)?.toString('base64') ?? '',
          lastModified: storage.now().getTime(),
        };
      } catch (error) {
        await releaseBody(body);
        throw error;
      }
      await keepPart(storage, request, part);
      return xmlReply(
        xmlDocument(
          'CopyPartResult',
          leaf('ETag', `"${part.etag}"`),
          leaf('LastModified', new Date(part.lastModified).toISOString()),
          leaf(
            checksumElementName(upload.checksumAlgorithm),
            upload.checksumDeclared ? part.checksum : undefined,
          ),
        ),
        {
          ...copySourceHeaders(source, idOf(source.version)),
          ...encryptionHeaders(upload.encryptionKeyArn),
        },
      );
    },
  };
}
