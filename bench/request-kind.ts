import type { AwsCall } from '../local/aws-endpoint.ts';

/** Where an S3 request goes: to the plane's own bucket, to a payload of a bag, or to the vault's small files. */
export type Place = 'plane' | 'payload' | 'vault';

/** How AWS charges a request: https://aws.amazon.com/s3/pricing/ */
export type Charge = 'get' | 'put' | 'archive-put' | 'free';

/** `GetObject plane`. */
export type RequestKind = `${string} ${Place}`;

/** @returns undefined for a call of another service */
export function requestKind(
  call: Pick<AwsCall, 'signingName' | 'method' | 'url'>,
  vault: string,
): RequestKind | undefined {
  if (call.signingName !== 's3') return undefined;
  const [path = '', query = ''] = call.url.split('?');
  return `${operationOf(call.method, new URLSearchParams(query))} ${placeOf(path, vault)}`;
}

function operationOf(method: string, query: URLSearchParams): string {
  // The SDK says it in most requests.
  const named = query.get('x-id');
  if (named !== null) return named;
  if (method === 'HEAD') return 'HeadObject';
  if (query.has('versions')) return 'ListObjectVersions';
  if (query.has('list-type')) return 'ListObjectsV2';
  if (query.has('object-lock') && method === 'GET') return 'GetObjectLockConfiguration';
  if (query.has('replication') && method === 'GET') return 'GetBucketReplication';
  if (query.has('delete')) return 'DeleteObjects';
  if (query.has('uploads'))
    return method === 'GET' ? 'ListMultipartUploads' : 'CreateMultipartUpload';
  if (query.has('uploadId') && method === 'POST') return 'CompleteMultipartUpload';
  // None of these is expected while anything is measured; it is charged as a PUT.
  return `Unnamed${method}`;
}

function placeOf(path: string, vault: string): Place {
  if (path.split('/')[1] !== vault) return 'plane';
  return /\/bag\/data\//.test(path) ? 'payload' : 'vault';
}

/**
 * The parts of an upload into an archive class are charged as in S3 Standard; what makes the object is charged at the
 * class's rate: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuploadpricing
 */
export function chargeOf(kind: RequestKind): Charge {
  const [operation = '', place] = kind.split(' ');
  if (/^(Delete|Abort)/.test(operation)) return 'free';
  if (/^(Get|Head)/.test(operation)) return 'get';
  const makesObject = /^(PutObject|CopyObject|CompleteMultipartUpload)$/.test(operation);
  return makesObject && place === 'payload' ? 'archive-put' : 'put';
}

/** True for every request that writes towards the archive class, whatever its price. */
export function isArchiveWrite(kind: RequestKind): boolean {
  return (
    kind.endsWith(' payload') &&
    !['get', 'free'].includes(chargeOf(kind)) &&
    !kind.startsWith('List')
  );
}
