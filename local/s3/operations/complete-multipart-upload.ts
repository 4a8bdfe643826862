import { checksumOfParts } from '../checksum.ts';
import {
  CHECKSUM_HEADERS,
  checksumHeaderName,
  checksumMarkup,
  checksumTypeIn,
} from '../checksum-headers.ts';
import { chooseParts } from '../choose-parts.ts';
import { authoriseIfMatch } from '../conditions.ts';
import { authoriseKeyUse, encryptionHeaders } from '../encryption.ts';
import { etagOf, multipartEtag } from '../etag.ts';
import { versionHeaders } from '../find-object.ts';
import { endUpload, findUpload } from '../find-upload.ts';
import type { MultipartUpload, UploadedPart } from '../multipart-upload.ts';
import type { ObjectStorage } from '../object-storage.ts';
import type { ObjectContent } from '../object-version.ts';
import type { Operation } from '../operation.ts';
import { objectArn } from '../permissions.ts';
import { assertWritable, putVersionUnchecked } from '../put-version.ts';
import { requireUncheckedDocument } from '../read-document.ts';
import { badDigest } from '../receive-payload.ts';
import { S3Error } from '../s3-error.ts';
import { xmlReply } from '../s3-reply.ts';
import type { S3Request } from '../s3-request.ts';
import { leaf, xmlDocument } from '../write-xml.ts';

export function completeMultipartUpload(storage: ObjectStorage): Operation {
  return {
    name: 'CompleteMultipartUpload',
    method: 'POST',
    on: 'object',
    selectors: ['uploadId'],
    parameters: [],
    headers: [...CHECKSUM_HEADERS, 'x-amz-checksum-type', 'x-amz-mp-object-size'],
    async run(request, caller) {
      const { bucket: bucketName, key } = request;
      caller.authorise('s3:PutObject', objectArn(bucketName, key));
      authoriseIfMatch(caller, bucketName, key, request.header('if-match'));
      authoriseKeyUse(
        storage,
        caller,
        findUpload(storage, request).upload.encryptionKeyArn,
        'decrypt',
      );
      const document = await requireUncheckedDocument(request, 'CompleteMultipartUpload');

      // From here to the end of the upload nothing is awaited, so two completions cannot both find it.
      const { bucket, upload } = findUpload(storage, request);
      const parts = chooseParts(upload, document, storage.minimumPartBytes);
      const sequence = storage.nextSequence();
      const content = join(upload, parts, sequence);
      assertClaims(request, upload, content);
      assertWritable(storage, request, bucket);
      const chosen = new Set(parts);
      const unused = Array.from(upload.parts.values()).filter((part) => !chosen.has(part));
      const [version] = await Promise.all([
        putVersionUnchecked(storage, request, bucket, { sequence, content, lock: upload.lock }),
        endUpload(bucket, upload, unused),
      ]);
      return xmlReply(
        xmlDocument(
          'CompleteMultipartUploadResult',
          leaf('Location', `/${bucket.name}/${key}`),
          leaf('Bucket', bucket.name),
          leaf('Key', key),
          leaf('ETag', `"${content.etag}"`),
          checksumMarkup(content.checksum),
        ),
        { ...versionHeaders(bucket, version), ...encryptionHeaders(content.encryptionKeyArn) },
      );
    },
  };
}

/** The object's body is its parts', one after the other: the references pass over, no byte moves. */
function join(
  upload: MultipartUpload,
  parts: readonly UploadedPart[],
  seed: number,
): ObjectContent {
  const { encryptionKeyArn, checksumAlgorithm } = upload;
  const etag =
    encryptionKeyArn === undefined
      ? multipartEtag(parts.map((part) => part.etag))
      : `${etagOf(encryptionKeyArn, undefined, seed)}-${parts.length}`;
  return {
    body: parts.flatMap((part) => part.body),
    size: parts.reduce((size, part) => size + part.size, 0),
    etag,
    checksum: checksumOfParts(checksumAlgorithm, upload.checksumType, parts),
    storageClass: upload.storageClass,
    encryptionKeyArn,
    headers: upload.headers,
    parts: parts.map(({ partNumber, size, checksum }) => ({ partNumber, size, checksum })),
  };
}

/** What the client says of the whole object must be so. */
function assertClaims(
  request: S3Request,
  upload: MultipartUpload,
  { checksum, size }: ObjectContent,
): void {
  const claimedSize = request.header('x-amz-mp-object-size');
  if (claimedSize !== undefined && claimedSize !== String(size)) {
    throw new S3Error(
      'InvalidRequest',
      'The provided x-amz-mp-object-size header does not match the size of the object.',
    );
  }
  // Without a declared algorithm S3 accepts a checksum here, and neither checks nor keeps it.
  if (!upload.checksumDeclared) return;
  const type = checksumTypeIn(request);
  if (type !== undefined && type !== checksum.type) {
    throw new S3Error(
      'InvalidRequest',
      `The upload was created using the ${checksum.type} checksum type, not ${type}.`,
    );
  }
  const claimed = request.header(checksumHeaderName(checksum.algorithm));
  if (claimed !== undefined && claimed !== checksum.value) {
    throw badDigest(`The ${checksum.algorithm} you specified`);
  }
}
