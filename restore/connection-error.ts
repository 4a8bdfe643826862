import { RestoreError } from './restore-error.ts';

/** Of a request that had no answer, or not a whole one. */
const CODES: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** An error of the network as a sentence that says which service was asked; any other error unchanged. */
export function connectionError(service: 'DynamoDB' | 'S3', error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  if (!CODES.has(code) && error.name !== 'TimeoutError') return error;
  // A host with several addresses fails with one error for each, and no message of its own.
  const reasons =
    error instanceof AggregateError ? error.errors.map(({ message }) => message) : [error.message];
  return new RestoreError(`the connection to ${service} failed: ${reasons.join('; ') || code}`, {
    cause: error,
  });
}
