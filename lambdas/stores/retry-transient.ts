import { setTimeout as delay } from 'node:timers/promises';

/** Answers that say "not now". https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'InternalError',
  'OperationAborted',
  'ConditionalRequestConflict',
  'RequestTimeout',
  'ServiceUnavailable',
  'SlowDown',
]);

export interface RetryLimits {
  readonly attempts: number;
  /** Ceiling of the first wait; each further wait doubles it, and the wait itself is drawn below it (full jitter). */
  readonly firstDelayMs: number;
}

/**
 * 0.25 + 0.5 + 1 + 2 + 4 + 8 + 16 s at most: what S3 says of single keys is borne as long as what it says of a whole request
 * (`PATIENT`). No wait is longer than a purge or an eviction keeps in reserve before its invocation ends.
 */
export const STORE_RETRY: RetryLimits = { attempts: 8, firstDelayMs: 250 };

export function isTransient(code: string): boolean {
  return TRANSIENT_CODES.has(code);
}

export interface ServiceError extends Error {
  readonly $fault: 'client' | 'server';
  readonly $metadata: { readonly attempts?: number };
}

/** True for what a service answered, as opposed to a broken connection or a bug: `$fault` is on every modelled error. */
export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && '$fault' in error;
}

/** True when the SDK has sent a request more than once: an earlier one may have been done, and its reply lost. */
export function wasRepeated({ attempts = 1 }: ServiceError['$metadata']): boolean {
  return attempts > 1;
}

/** Waits before attempt `attempt` (1 is the first, which does not wait). */
export async function backOff(attempt: number, { firstDelayMs }: RetryLimits): Promise<void> {
  if (attempt > 1) await delay(Math.random() * firstDelayMs * 2 ** (attempt - 2));
}
