import { WireError } from '../json-wire.ts';
import type { FunctionErrorPayload } from './messages.ts';

/** The function ran and failed. `name` is its `errorType`, which is what callers match. */
export class FunctionError extends Error {
  override readonly name: string;
  readonly payload: FunctionErrorPayload;

  constructor(payload: FunctionErrorPayload) {
    super(payload.errorMessage);
    this.name = payload.errorType;
    this.payload = payload;
  }
}

export function functionNotFound(arn: string): WireError {
  return new WireError('ResourceNotFoundException', `Function not found: ${arn}`, {
    status: 404,
    members: { Type: 'User' },
  });
}

export function tooManyRequests(): WireError {
  return new WireError('TooManyRequestsException', 'Rate Exceeded.', {
    status: 429,
    members: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded', Type: 'User' },
  });
}

export function requestTooLarge(bytes: number, limit: number): WireError {
  return new WireError(
    'RequestTooLargeException',
    `Request must be smaller than ${limit} bytes for the InvokeFunction operation, it has ${bytes}`,
    { status: 413, members: { Type: 'User' } },
  );
}
