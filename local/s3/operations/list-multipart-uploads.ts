import { INITIATOR_MARKUP, OWNER_MARKUP } from '../listed-object.ts';
import { pageSizeOf, questionMarkup, textEncoderOf } from '../listing-request.ts';
import type { MultipartUpload } from '../multipart-upload.ts';
import { type ObjectStorage, requireBucket } from '../object-storage.ts';
import type { Operation } from '../operation.ts';
import { bucketArn } from '../permissions.ts';
import { xmlReply } from '../s3-reply.ts';
import { takePage } from '../take-page.ts';
import { compareUtf8 } from '../utf8-order.ts';
import { branch, leaf, xmlDocument } from '../write-xml.ts';

export function listMultipartUploads(storage: ObjectStorage): Operation {
  return {
    name: 'ListMultipartUploads',
    method: 'GET',
    on: 'bucket',
    selectors: ['uploads'],
    parameters: ['encoding-type', 'key-marker', 'max-uploads', 'prefix', 'upload-id-marker'],
    headers: [],
    async run(request, caller) {
      caller.authorise('s3:ListBucketMultipartUploads', bucketArn(request.bucket));
      const bucket = requireBucket(storage, request.bucket);
      const encode = textEncoderOf(request);
      const prefix = request.query.get('prefix') ?? '';
      const keyMarker = request.query.get('key-marker') ?? '';
      const uploadIdMarker = request.query.get('upload-id-marker') ?? '';
      const pageSize = pageSizeOf('max-uploads', request.query.get('max-uploads'));
      const uploads = Array.from(bucket.uploads.values())
        .filter((upload) => upload.key.startsWith(prefix))
        .filter((upload) => isAfter(upload, keyMarker, uploadIdMarker))
        .sort(compareUploads);
      const { page, isTruncated } = takePage(uploads, pageSize);
      const last = isTruncated ? page.at(-1) : undefined;
      return xmlReply(
        xmlDocument(
          'ListMultipartUploadsResult',
          leaf('Bucket', bucket.name),
          questionMarkup(request, 'MaxUploads', pageSize),
          leaf('KeyMarker', encode(keyMarker)),
          leaf('UploadIdMarker', uploadIdMarker),
          leaf('NextKeyMarker', last === undefined ? undefined : encode(last.key)),
          leaf('NextUploadIdMarker', last?.uploadId),
          leaf('IsTruncated', isTruncated),
          ...page.map((upload) =>
            branch(
              'Upload',
              leaf('Key', encode(upload.key)),
              leaf('UploadId', upload.uploadId),
              leaf('Initiated', upload.initiatedAt.toISOString()),
              leaf('StorageClass', upload.storageClass),
              leaf('ChecksumAlgorithm', upload.checksumAlgorithm),
              leaf('ChecksumType', upload.checksumType),
              INITIATOR_MARKUP,
              OWNER_MARKUP,
            ),
          ),
        ),
      );
    },
  };
}

/** By key, then by upload id, which is also the order of initiation. */
function compareUploads(left: MultipartUpload, right: MultipartUpload): number {
  return compareUtf8(left.key, right.key) || compareUtf8(left.uploadId, right.uploadId);
}

/** Without an upload id the whole marked key lies behind. */
function isAfter(upload: MultipartUpload, keyMarker: string, uploadIdMarker: string): boolean {
  const order = compareUtf8(upload.key, keyMarker);
  if (order !== 0) return order > 0;
  return uploadIdMarker !== '' && upload.uploadId > uploadIdMarker;
}
