import { S3Error } from './s3-error.ts';

/** A chunk's header is a length in hex and maybe a signature; trailers are a few checksums. */
const MAXIMUM_LINE_BYTES = 4096;

/**
 * Decodes `Content-Encoding: aws-chunked` as it arrives:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html. Trailers are complete once the
 * iteration has ended. Chunk signatures are not checked: the front door has checked who sends.
 * @throws S3Error `IncompleteBody` when it ends early or is not in this encoding
 */
export function decodeAwsChunked(source: AsyncIterable<Buffer>): {
  readonly body: AsyncIterable<Buffer>;
  readonly trailers: ReadonlyMap<string, string>;
} {
  const trailers = new Map<string, string>();
  return { body: decode(source, trailers), trailers };
}

async function* decode(
  source: AsyncIterable<Buffer>,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer, void> {
  /** Bytes of data still to come in this chunk. */
  let expected = 0;
  let inTrailers = false;
  let line = '';
  for await (const bytes of source) {
    let at = 0;
    while (at < bytes.length) {
      if (expected > 0) {
        const data = bytes.subarray(at, at + expected);
        expected -= data.length;
        at += data.length;
        yield data;
        continue;
      }
      const newlineAt = bytes.indexOf(0x0a, at);
      line += bytes.toString('latin1', at, newlineAt === -1 ? undefined : newlineAt);
      if (line.length > MAXIMUM_LINE_BYTES) throw incompleteBody();
      if (newlineAt === -1) break;
      at = newlineAt + 1;
      const text = line.trimEnd();
      line = '';
      if (inTrailers) {
        readTrailer(text, trailers);
      } else if (text !== '') {
        // The line before a length is the empty rest of the chunk before.
        expected = readLength(text);
        inTrailers = expected === 0;
      }
    }
  }
  if (!inTrailers) throw incompleteBody();
}

function readLength(line: string): number {
  const length = line.split(';')[0] ?? '';
  if (!/^[0-9a-f]{1,12}$/i.test(length)) throw incompleteBody();
  return Number.parseInt(length, 16);
}

function readTrailer(line: string, trailers: Map<string, string>): void {
  const colonAt = line.indexOf(':');
  if (colonAt > 0)
    trailers.set(line.slice(0, colonAt).toLowerCase(), line.slice(colonAt + 1).trim());
}

export function incompleteBody(): S3Error {
  return new S3Error(
    'IncompleteBody',
    'The request body terminated unexpectedly or is not of the length or encoding its headers say',
  );
}
