import type { Json } from './asl.ts';
import { DATA_LIMIT_EXCEEDED, StateError } from './error-names.ts';

/** Of any state's input and output: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const MAX_DATA_BYTES = 262_144;

/** @throws StateError States.DataLimitExceeded */
export function assertWithinLimit(data: Json, what: string): void {
  const bytes = Buffer.byteLength(JSON.stringify(data));
  if (bytes > MAX_DATA_BYTES)
    throw new StateError(
      DATA_LIMIT_EXCEEDED,
      `${what} has ${bytes} bytes, more than the limit of ${MAX_DATA_BYTES}`,
    );
}
