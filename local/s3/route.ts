import type { Operation } from './operation.ts';
import { notImplemented } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

/** Headers of signing and of the SDKs, which ask for nothing. */
const HEADERS_OF_EVERY_REQUEST: ReadonlySet<string> = new Set([
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-expected-bucket-owner',
  'x-amz-security-token',
  'x-amz-user-agent',
]);

/**
 * The operation that a request asks for.
 * @throws S3Error `NotImplemented` when there is none, or when the request asks it for something it does not know: an
 * option that was ignored would be a wrong answer
 */
export function routeRequest(operations: readonly Operation[], request: S3Request): Operation {
  const scope = request.bucket === '' ? 'service' : request.key === '' ? 'bucket' : 'object';
  const candidates = operations.filter(
    (operation) =>
      operation.method === request.method &&
      operation.on === scope &&
      operation.selectors.every((name) => request.query.has(name)) &&
      (operation.selectingHeader === undefined ||
        request.header(operation.selectingHeader) !== undefined),
  );
  const operation = candidates.reduce<Operation | undefined>(
    (best, candidate) =>
      best === undefined || specificity(candidate) > specificity(best) ? candidate : best,
    undefined,
  );
  if (operation === undefined) {
    throw notImplemented(`${request.method} on a ${scope} with ${[...request.query.keys()]}`);
  }
  const unknown = [
    ...unknownParameters(operation, request).map((name) => `the query parameter ${name}`),
    ...unknownHeaders(operation, request).map((name) => `the header ${name}`),
  ];
  if (unknown.length > 0) throw notImplemented(`${operation.name} with ${unknown.join(', ')}`);
  return operation;
}

function specificity(operation: Operation): number {
  return operation.selectors.length + (operation.selectingHeader === undefined ? 0 : 1);
}

function unknownParameters(operation: Operation, request: S3Request): string[] {
  return Array.from(request.query.keys()).filter(
    (name) =>
      name !== 'x-id' &&
      !operation.selectors.includes(name) &&
      !operation.parameters.includes(name),
  );
}

function unknownHeaders(operation: Operation, request: S3Request): string[] {
  return request.headerNames.filter(
    (name) =>
      name.startsWith('x-amz-') &&
      name !== operation.selectingHeader &&
      !HEADERS_OF_EVERY_REQUEST.has(name) &&
      !operation.headers.includes(name) &&
      !(name.startsWith('x-amz-meta-') && operation.headers.includes('x-amz-meta-*')),
  );
}
