import { checksumElementName } from '../checksum-headers.ts';
import { findUpload } from '../find-upload.ts';
import { INITIATOR_MARKUP, OWNER_MARKUP } from '../listed-object.ts';
import { pageSizeOf, wholeNumber } from '../listing-request.ts';
import type { ObjectStorage } from '../object-storage.ts';
import type { Operation } from '../operation.ts';
import { objectArn } from '../permissions.ts';
import { xmlReply } from '../s3-reply.ts';
import { takePage } from '../take-page.ts';
import { branch, leaf, xmlDocument } from '../write-xml.ts';

export function listParts(storage: ObjectStorage): Operation {
  return {
    name: 'ListParts',
    method: 'GET',
    on: 'object',
    selectors: ['uploadId'],
    parameters: ['max-parts', 'part-number-marker'],
    headers: [],
    async run(request, caller) {
      caller.authorise('s3:ListMultipartUploadParts', objectArn(request.bucket, request.key));
      const { bucket, upload } = findUpload(storage, request);
      const marker = wholeNumber(
        'part-number-marker',
        request.query.get('part-number-marker') ?? '0',
      );
      const pageSize = pageSizeOf('max-parts', request.query.get('max-parts'));
      const parts = Array.from(upload.parts.values())
        .filter((part) => part.partNumber > marker)
        .sort((left, right) => left.partNumber - right.partNumber);
      const { page, isTruncated } = takePage(parts, pageSize);
      return xmlReply(
        xmlDocument(
          'ListPartsResult',
          leaf('Bucket', bucket.name),
          leaf('Key', upload.key),
          leaf('UploadId', upload.uploadId),
          leaf('PartNumberMarker', marker),
          leaf('NextPartNumberMarker', isTruncated ? page.at(-1)?.partNumber : undefined),
          leaf('MaxParts', pageSize),
          leaf('IsTruncated', isTruncated),
          leaf('StorageClass', upload.storageClass),
          leaf('ChecksumAlgorithm', upload.checksumDeclared ? upload.checksumAlgorithm : undefined),
          leaf('ChecksumType', upload.checksumDeclared ? upload.checksumType : undefined),
          INITIATOR_MARKUP,
          OWNER_MARKUP,
          ...page.map((part) =>
            branch(
              'Part',
              leaf('PartNumber', part.partNumber),
              leaf('LastModified', new Date(part.lastModified).toISOString()),
              leaf('ETag', `"${part.etag}"`),
              leaf('Size', part.size),
              leaf(
                checksumElementName(upload.checksumAlgorithm),
                upload.checksumDeclared ? part.checksum : undefined,
              ),
            ),
          ),
        ),
      );
    },
  };
}
