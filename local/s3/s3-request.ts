import type { IncomingMessage } from 'node:http';
import { S3Error } from './s3-error.ts';
import { decodeForm, decodePath } from './url-encoding.ts';

/** A path-style request taken apart, nothing in it normalised. */
export interface S3Request {
  readonly method: string;
  /** Empty for requests to the service itself. */
  readonly bucket: string;
  /** Empty for requests to a bucket. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names. */
  readonly headerNames: readonly string[];
  header(name: string): string | undefined;
  /** The body as it comes over the wire. Leaving it half read does not cut the connection: an answer can still follow. */
  body(): AsyncIterable<Buffer>;
}

/** Bytes of UTF-8: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html. */
const MAXIMUM_KEY_BYTES = 1024;

/** @throws S3Error `InvalidURI`, `KeyTooLongError` */
export function parseS3Request(stream: IncomingMessage): S3Request {
  const url = stream.url ?? '/';
  const queryAt = url.indexOf('?');
  const path = queryAt === -1 ? url : url.slice(0, queryAt);
  const slashAt = path.indexOf('/', 1);
  const key = slashAt === -1 ? '' : decodePath(path.slice(slashAt + 1));
  assertKeyLength(key);
  return {
    method: stream.method ?? 'GET',
    bucket: decodePath(path.slice(1, slashAt === -1 ? undefined : slashAt)),
    key,
    query: parseQuery(queryAt === -1 ? '' : url.slice(queryAt + 1)),
    headerNames: Object.keys(stream.headers),
    header: (name) => {
      const value = stream.headers[name];
      return Array.isArray(value) ? value.join(',') : value;
    },
    body: () => stream.iterator({ destroyOnReturn: false }),
  };
}

export function assertKeyLength(key: string): void {
  const size = Buffer.byteLength(key);
  if (size <= MAXIMUM_KEY_BYTES) return;
  throw new S3Error('KeyTooLongError', 'Your key is too long', {
    details: { Size: String(size), MaxSizeAllowed: String(MAXIMUM_KEY_BYTES) },
  });
}

function parseQuery(query: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const equalsAt = pair.indexOf('=');
    const name = equalsAt === -1 ? pair : pair.slice(0, equalsAt);
    parameters.set(decodeForm(name), equalsAt === -1 ? '' : decodeForm(pair.slice(equalsAt + 1)));
  }
  return parameters;
}
