import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

const SYSTEM_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

const REDIRECT = 'x-amz-website-redirect-location';

const USER_PREFIX = 'x-amz-meta-';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
const MAXIMUM_USER_METADATA_BYTES = 2048;

type Headers = Readonly<Record<string, string>>;

/** Shared by the many objects that carry nothing else. */
const BINARY: Headers = { 'content-type': 'binary/octet-stream' };
const OCTETS: Headers = { 'content-type': 'application/octet-stream' };

/**
 * The headers of a write that are stored with the object and come back with it.
 * @throws S3Error `MetadataTooLarge`
 */
export function objectHeadersIn(request: S3Request): Headers {
  const names = [
    ...SYSTEM_HEADERS,
    REDIRECT,
    ...request.headerNames.filter((name) => name.startsWith(USER_PREFIX)),
  ];
  const headers: Record<string, string> = { ...BINARY };
  let userBytes = 0;
  for (const name of names) {
    const value = name === 'content-encoding' ? contentEncodingOf(request) : request.header(name);
    if (value === undefined || value === '') continue;
    headers[name] = value;
    if (name.startsWith(USER_PREFIX)) userBytes += name.length - USER_PREFIX.length + value.length;
  }
  if (userBytes > MAXIMUM_USER_METADATA_BYTES) {
    throw new S3Error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed size');
  }
  if (Object.keys(headers).length > 1) return headers;
  const shared = [BINARY, OCTETS].find(
    (candidate) => candidate['content-type'] === headers['content-type'],
  );
  return shared ?? headers;
}

/**
 * The stored headers of a copy that does not replace them. A redirect is the request's, for it is not copied:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 */
export function copiedHeadersIn(
  request: S3Request,
  { [REDIRECT]: _, ...headers }: Headers,
): Headers {
  const redirect = request.header(REDIRECT);
  return redirect === undefined ? headers : { ...headers, [REDIRECT]: redirect };
}

/** `aws-chunked` is how the body travelled, not what it is. */
function contentEncodingOf(request: S3Request): string | undefined {
  return request
    .header('content-encoding')
    ?.split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== 'aws-chunked')
    .join(',');
}
