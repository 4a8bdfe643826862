import {
  CHECKSUM_ALGORITHMS,
  type Checksum,
  type ChecksumAlgorithm,
  type ChecksumType,
} from './checksum.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import { leaf } from './write-xml.ts';

export function checksumHeaderName(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** The element of a checksum in requests and replies, such as `ChecksumSHA256`. */
export function checksumElementName(algorithm: ChecksumAlgorithm): string {
  return `Checksum${algorithm}`;
}

export const CHECKSUM_HEADERS = CHECKSUM_ALGORITHMS.map(checksumHeaderName);

/** What a request with a body may say of that body. */
export const PAYLOAD_HEADERS = [
  ...CHECKSUM_HEADERS,
  'x-amz-decoded-content-length',
  'x-amz-sdk-checksum-algorithm',
  'x-amz-trailer',
];

/**
 * The checksum sent with a request, by header or announced as a trailer (`value` undefined until the body is read).
 * @throws S3Error `InvalidRequest` for more than one
 */
export function announcedChecksum(
  request: S3Request,
): { algorithm: ChecksumAlgorithm; value: string | undefined } | undefined {
  const trailers = (request.header('x-amz-trailer') ?? '').toLowerCase().split(/\s*,\s*/);
  const announced = CHECKSUM_ALGORITHMS.flatMap((algorithm) => {
    const name = checksumHeaderName(algorithm);
    const value = request.header(name);
    return value !== undefined || trailers.includes(name) ? [{ algorithm, value }] : [];
  });
  if (announced.length > 1) {
    throw new S3Error('InvalidRequest', 'Expecting a single x-amz-checksum- header');
  }
  return announced[0];
}

/**
 * An algorithm named in a header such as `x-amz-checksum-algorithm`; undefined when the header is absent.
 * @throws S3Error `NotImplemented` for an algorithm this server cannot compute
 */
export function checksumAlgorithmIn(
  request: S3Request,
  headerName: string,
): ChecksumAlgorithm | undefined {
  const name = request.header(headerName);
  if (name === undefined) return undefined;
  const found = CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());
  if (found === undefined) {
    throw new S3Error('NotImplemented', `The checksum algorithm ${name} is not implemented.`);
  }
  return found;
}

/** @throws S3Error `InvalidRequest` for anything but the two types there are */
export function checksumTypeIn(request: S3Request): ChecksumType | undefined {
  const name = request.header('x-amz-checksum-type');
  if (name === undefined || name === 'FULL_OBJECT' || name === 'COMPOSITE') return name;
  throw new S3Error('InvalidRequest', 'Value for x-amz-checksum-type header is invalid.');
}

export function checksumHeaders(checksum: Checksum): Record<string, string> {
  return {
    [checksumHeaderName(checksum.algorithm)]: checksum.value,
    'x-amz-checksum-type': checksum.type,
  };
}

export function checksumMarkup(checksum: Checksum): string {
  return (
    leaf(checksumElementName(checksum.algorithm), checksum.value) +
    leaf('ChecksumType', checksum.type)
  );
}
