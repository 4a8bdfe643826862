import { decodeAwsChunked, incompleteBody } from './aws-chunked.ts';
import {
  type ChecksumAlgorithm,
  createHasher,
  DEFAULT_CHECKSUM_ALGORITHM,
  type DigestAlgorithm,
} from './checksum.ts';
import { announcedChecksum, checksumHeaderName } from './checksum-headers.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

/** 5 GiB, for one PutObject or UploadPart: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html. */
const MAXIMUM_PAYLOAD_BYTES = 5 * 1024 ** 3;

/** Where the bytes of a payload go while they are checked. */
export interface PayloadSink<Kept> {
  /** Must leave nothing behind when the source fails. */
  keep(source: AsyncIterable<Buffer>): Promise<Kept>;
  /** The payload was refused after it was kept. */
  discard(kept: Kept): Promise<void>;
}

export interface Payload<Kept> {
  readonly kept: Kept;
  readonly size: number;
  /** The checksum the client sent, verified, or the default one. */
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string };
  /** The wanted digests, and those that had to be checked. */
  readonly digests: ReadonlyMap<DigestAlgorithm, Buffer>;
  /** The client vouched for the content by a checksum or Content-MD5. */
  readonly vouched: boolean;
}

/**
 * Reads the body of a request, computing every digest on the way, and verifies it against all that the client claims:
 * length, checksum header or trailer, Content-MD5, x-amz-content-sha256. Nothing is kept of a body that is refused.
 * @throws S3Error `BadDigest`, `IncompleteBody`, `MissingContentLength`, `EntityTooLarge` …
 */
export async function receivePayload<Kept>(
  request: S3Request,
  sink: PayloadSink<Kept>,
  wantedDigests: readonly DigestAlgorithm[],
): Promise<Payload<Kept>> {
  const announced = announcedChecksum(request);
  const contentMd5 = contentMd5Of(request);
  const contentSha256 = contentSha256Of(request);
  const algorithm = announced?.algorithm ?? DEFAULT_CHECKSUM_ALGORITHM;
  const hashers = new Map(
    [
      algorithm,
      ...wantedDigests,
      ...(contentMd5 === undefined ? [] : (['MD5'] as const)),
      ...(contentSha256 === undefined ? [] : (['SHA256'] as const)),
    ].map((name) => [name, createHasher(name)]),
  );

  const length = declaredLength(request);
  const decoded = isAwsChunked(request)
    ? decodeAwsChunked(request.body())
    : { body: request.body(), trailers: new Map<string, string>() };
  let size = 0;
  const observe = async function* () {
    for await (const chunk of decoded.body) {
      size += chunk.length;
      if (size > length) throw incompleteBody();
      for (const hasher of hashers.values()) hasher.update(chunk);
      yield chunk;
    }
    if (size !== length) throw incompleteBody();
  };
  const kept = await sink.keep(observe());

  const digests = new Map(Array.from(hashers, ([name, hasher]) => [name, hasher.digest()]));
  const base64 = (name: DigestAlgorithm) => digests.get(name)?.toString('base64') ?? '';
  try {
    if (announced !== undefined) {
      const claimed = announced.value ?? decoded.trailers.get(checksumHeaderName(algorithm));
      if (claimed === undefined) {
        throw new S3Error('MalformedTrailerError', 'The announced checksum trailer is missing.');
      }
      if (claimed !== base64(algorithm)) throw badDigest(`The ${algorithm} you specified`);
    }
    if (contentMd5 !== undefined && contentMd5 !== base64('MD5')) {
      throw badDigest('The Content-MD5 you specified');
    }
    if (contentSha256 !== undefined && contentSha256 !== digests.get('SHA256')?.toString('hex')) {
      throw new S3Error(
        'XAmzContentSHA256Mismatch',
        `The provided 'x-amz-content-sha256' header does not match what was computed.`,
      );
    }
  } catch (error) {
    await sink.discard(kept);
    throw error;
  }
  return {
    kept,
    size,
    checksum: { algorithm, value: base64(algorithm) },
    digests,
    vouched: announced !== undefined || contentMd5 !== undefined,
  };
}

export function badDigest(what: string): S3Error {
  return new S3Error('BadDigest', `${what} did not match the calculated checksum.`);
}

function isAwsChunked(request: S3Request): boolean {
  return (request.header('x-amz-content-sha256') ?? '').startsWith('STREAMING-');
}

function declaredLength(request: S3Request): number {
  const name = isAwsChunked(request) ? 'x-amz-decoded-content-length' : 'content-length';
  const value = request.header(name);
  // A request without a body may leave its length out.
  if (value === undefined && request.header('transfer-encoding') === undefined) return 0;
  if (value === undefined || !/^\d+$/.test(value)) {
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  if (Number(value) > MAXIMUM_PAYLOAD_BYTES) {
    throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      details: { ProposedSize: value, MaxSizeAllowed: String(MAXIMUM_PAYLOAD_BYTES) },
    });
  }
  return Number(value);
}

function contentMd5Of(request: S3Request): string | undefined {
  const value = request.header('content-md5');
  if (value !== undefined && Buffer.from(value, 'base64').length !== 16) {
    throw new S3Error('InvalidDigest', 'The Content-MD5 you specified is not valid.');
  }
  return value;
}

/** The signed hash of the payload, when the client signed one. */
function contentSha256Of(request: S3Request): string | undefined {
  const value = request.header('x-amz-content-sha256');
  return value !== undefined && /^[0-9a-f]{64}$/.test(value) ? value : undefined;
}
