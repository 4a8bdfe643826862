import {
  type ChecksumAlgorithm,
  type ChecksumType,
  DEFAULT_CHECKSUM_ALGORITHM,
  type DigestAlgorithm,
  supportsFullObjectOfParts,
} from './checksum.ts';
import { announcedChecksum, checksumAlgorithmIn, checksumTypeIn } from './checksum-headers.ts';
import type { MultipartUpload } from './multipart-upload.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

/**
 * How an upload will be checksummed, by CreateMultipartUpload's headers:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html.
 * @throws S3Error `InvalidRequest` for a type that the algorithm does not have
 */
export function uploadChecksumIn(request: S3Request): {
  checksumAlgorithm: ChecksumAlgorithm;
  checksumType: ChecksumType;
  checksumDeclared: boolean;
} {
  const declared = checksumAlgorithmIn(request, 'x-amz-checksum-algorithm');
  const type = checksumTypeIn(request);
  if (declared === undefined && type !== undefined) {
    throw new S3Error(
      'InvalidRequest',
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    );
  }
  const checksumAlgorithm = declared ?? DEFAULT_CHECKSUM_ALGORITHM;
  const checksumType = type ?? (checksumAlgorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  const isPossible =
    checksumType === 'COMPOSITE'
      ? checksumAlgorithm !== 'CRC64NVME'
      : supportsFullObjectOfParts(checksumAlgorithm);
  if (!isPossible) {
    throw new S3Error(
      'InvalidRequest',
      `The ${checksumType} checksum type cannot be used with the ${checksumAlgorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return { checksumAlgorithm, checksumType, checksumDeclared: declared !== undefined };
}

/**
 * A part must come under the checksum its upload declared; only a full-object one may be left to S3.
 * @throws S3Error `InvalidRequest`
 */
export function assertPartChecksum(request: S3Request, upload: MultipartUpload): void {
  if (!upload.checksumDeclared) return;
  const actual = announcedChecksum(request)?.algorithm;
  if (actual === upload.checksumAlgorithm) return;
  if (actual === undefined && upload.checksumType === 'FULL_OBJECT') return;
  const expected = upload.checksumAlgorithm.toLowerCase();
  throw new S3Error(
    'InvalidRequest',
    `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${actual?.toLowerCase() ?? 'null'}`,
  );
}

/** What is computed of a part as it arrives: the upload's checksum, and MD5 where the ETag is made of it. */
export function digestsOfPart({
  checksumAlgorithm,
  encryptionKeyArn,
}: MultipartUpload): readonly DigestAlgorithm[] {
  return encryptionKeyArn === undefined ? [checksumAlgorithm, 'MD5'] : [checksumAlgorithm];
}
