import { CHECKSUM_ALGORITHMS } from './checksum.ts';
import { checksumElementName } from './checksum-headers.ts';
import { isSameEtag } from './etag.ts';
import { wholeNumber } from './listing-request.ts';
import type { MultipartUpload, UploadedPart } from './multipart-upload.ts';
import { malformedXml, requireText, type XmlElement } from './read-xml.ts';
import { S3Error } from './s3-error.ts';

/**
 * The parts that CompleteMultipartUpload lists, each checked against what was uploaded.
 * @throws S3Error `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall`, `InvalidRequest`, `MalformedXML`
 */
export function chooseParts(
  upload: MultipartUpload,
  document: XmlElement,
  minimumPartBytes: number,
): readonly UploadedPart[] {
  const listed = document.children('Part');
  if (listed.length === 0) throw malformedXml();
  const numbers = listed.map((element) =>
    wholeNumber('PartNumber', requireText(element, 'PartNumber')),
  );
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0))) {
    throw new S3Error(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
    );
  }
  const parts = listed.map((element, index) => choosePart(upload, element, numbers[index] ?? 0));
  assertConsecutive(upload, parts);
  for (const part of parts.slice(0, -1)) {
    if (part.size >= minimumPartBytes) continue;
    throw new S3Error(
      'EntityTooSmall',
      'Your proposed upload is smaller than the minimum allowed size',
      {
        details: {
          ETag: part.etag,
          MinSizeAllowed: String(minimumPartBytes),
          PartNumber: String(part.partNumber),
          ProposedSize: String(part.size),
        },
      },
    );
  }
  return parts;
}

function choosePart(
  upload: MultipartUpload,
  element: XmlElement,
  partNumber: number,
): UploadedPart {
  const etag = requireText(element, 'ETag');
  const part = upload.parts.get(partNumber);
  if (part === undefined || !isSameEtag(etag, part.etag)) throw invalidPart(partNumber, etag);
  if (!upload.checksumDeclared) return part;

  const own = checksumElementName(upload.checksumAlgorithm);
  const foreign = CHECKSUM_ALGORITHMS.map(checksumElementName).some(
    (name) => name !== own && element.child(name) !== undefined,
  );
  const claimed = element.child(own)?.text;
  if (foreign || (claimed !== undefined && claimed !== part.checksum)) {
    throw invalidPart(partNumber, etag);
  }
  if (claimed === undefined && upload.checksumType === 'COMPOSITE') {
    const algorithm = upload.checksumAlgorithm.toLowerCase();
    throw new S3Error(
      'InvalidRequest',
      `The upload was created using a ${algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${partNumber} in the request.`,
    );
  }
  return part;
}

/** S3 answers gaps under a declared checksum with a 500: checking-object-integrity-upload in its user guide. */
function assertConsecutive(upload: MultipartUpload, parts: readonly UploadedPart[]): void {
  if (!upload.checksumDeclared) return;
  if (parts.every((part, index) => part.partNumber === index + 1)) return;
  throw new S3Error('InternalError', 'We encountered an internal error. Please try again.');
}

function invalidPart(partNumber: number, etag: string): S3Error {
  return new S3Error(
    'InvalidPart',
    `One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.`,
    { details: { PartNumber: String(partNumber), ETag: etag } },
  );
}
