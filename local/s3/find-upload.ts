import type { Caller } from '../aws-service.ts';
import type { Bucket } from './bucket.ts';
import { authoriseKeyUse } from './encryption.ts';
import { wholeNumber } from './listing-request.ts';
import type { MultipartUpload, UploadedPart } from './multipart-upload.ts';
import { type ObjectStorage, requireBucket } from './object-storage.ts';
import { objectArn } from './permissions.ts';
import { invalidArgument, S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import { releaseBody } from './stored-body.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MAXIMUM_PART_NUMBER = 10_000;

/** @throws S3Error `NoSuchBucket`, `NoSuchUpload` */
export function findUpload(
  storage: ObjectStorage,
  request: S3Request,
): { bucket: Bucket; upload: MultipartUpload } {
  const bucket = requireBucket(storage, request.bucket);
  const uploadId = request.query.get('uploadId') ?? '';
  const upload = bucket.uploads.get(uploadId);
  if (upload === undefined || upload.key !== request.key) {
    throw new S3Error(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      { details: { UploadId: uploadId } },
    );
  }
  return { bucket, upload };
}

/**
 * Where a part goes, once its caller may put it there.
 * @throws S3Error `NoSuchBucket`, `NoSuchUpload`, `InvalidArgument`; AccessDenied
 */
export function findPartPlace(
  storage: ObjectStorage,
  request: S3Request,
  caller: Caller,
): { upload: MultipartUpload; partNumber: number } {
  caller.authorise('s3:PutObject', objectArn(request.bucket, request.key));
  const { upload } = findUpload(storage, request);
  authoriseKeyUse(storage, caller, upload.encryptionKeyArn, 'encrypt in parts');
  return { upload, partNumber: partNumberIn(request) };
}

/** @throws S3Error `InvalidArgument` outside 1 to 10,000 */
function partNumberIn(request: S3Request): number {
  const text = request.query.get('partNumber') ?? '';
  const partNumber = wholeNumber('partNumber', text);
  if (partNumber >= 1 && partNumber <= MAXIMUM_PART_NUMBER) return partNumber;
  throw invalidArgument(
    'partNumber',
    text,
    `Part number must be an integer between 1 and ${MAXIMUM_PART_NUMBER}, inclusive`,
  );
}

/**
 * Puts a part in its place, instead of an earlier one of its number, unless the upload ended while it arrived.
 * @throws S3Error `NoSuchUpload`, letting go of the part
 */
export async function keepPart(
  storage: ObjectStorage,
  request: S3Request,
  part: UploadedPart,
): Promise<void> {
  let upload: MultipartUpload;
  try {
    upload = findUpload(storage, request).upload;
  } catch (error) {
    await releaseBody(part.body);
    throw error;
  }
  const replaced = upload.parts.get(part.partNumber);
  upload.parts.set(part.partNumber, part);
  if (replaced !== undefined) await releaseBody(replaced.body);
}

/** Ends an upload: it is gone at once, then the bytes of these parts. */
export async function endUpload(
  bucket: Bucket,
  upload: MultipartUpload,
  parts: Iterable<UploadedPart>,
): Promise<void> {
  bucket.uploads.delete(upload.uploadId);
  for (const part of parts) await releaseBody(part.body);
}
