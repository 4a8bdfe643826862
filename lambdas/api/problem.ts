import { type ErrorCode, isOffboardingError, OffboardingError } from '../core/errors.ts';
import type { GateReason } from '../ports.ts';

export interface FieldError {
  /** Where in the body, the path or the query: `stores[0].prefix`. */
  readonly field: string;
  readonly message: string;
}

/** RFC 9457. `instance` is the request's id, by which the log line is found. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly instance: string;
  readonly errors?: readonly FieldError[];
  readonly retentionUntil?: string;
  /** Which policies refuse it. */
  readonly reasons?: readonly GateReason[];
}

/** Every code a caller may see. A code that is missing here is our own fault and is answered as INTERNAL_ERROR. */
const ANSWERS: Partial<Record<ErrorCode, readonly [status: number, title: string]>> = {
  INVALID_REQUEST: [400, 'The request is not valid'],
  STORE_OUT_OF_REACH: [400, 'A store or access point is outside what this deployment may touch'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'The body is not of a type that is understood'],
  CALLER_NOT_RECOGNISED: [403, 'The caller has no stable identity'],
  NOT_PERMITTED: [403, 'The caller has not the role for this'],
  FORCE_NOT_ALLOWED: [403, 'This deployment does not allow such a force'],
  GRACE_UNDER_FLOOR: [403, 'This deployment wants a longer grace period'],
  RETENTION_UNDER_FLOOR: [403, 'This deployment wants a longer retention'],
  APPROVER_IS_REQUESTER: [403, 'Who asked for the purge cannot approve it'],
  NOT_FOUND: [404, 'There is no such route'],
  PLANE_NOT_FOUND: [404, 'There is no such plane'],
  NO_OFFBOARDING: [404, 'The plane was never offboarded'],
  NO_OPEN_APPROVAL: [404, 'No decision is being waited for'],
  NO_SUCH_HOLD: [404, 'No such hold is in force'],
  NO_CERTIFICATE: [404, 'The plane has no certificate'],
  PLANE_PURGED: [409, 'The plane is purged'],
  STORE_TAKEN: [409, 'A store or access point belongs to another plane'],
  OFFBOARDING_IN_PROGRESS: [409, 'The offboarding is under way'],
  RETENTION_RUNNING: [409, 'The retention is not over'],
  CANCEL_TOO_LATE: [409, 'The grace period is over'],
  GRACE_PERIOD_OVER: [409, 'The grace period is over'],
  NOT_CANCELLABLE: [409, 'There is nothing to cancel'],
  APPROVAL_CLOSED: [409, 'The workflow no longer waits for this decision'],
  LEGAL_HOLD: [409, 'A legal hold is in force'],
  STALE_SCOPE_HASH: [409, 'The decision is about another scope'],
  TOO_MANY_DEPENDENTS: [409, 'The plane has as many dependents as it may have'],
  TOO_MANY_DECLARATIONS: [409, 'The caller has declared too often in this grace period'],
  USAGE_TAKEN: [409, 'Somebody else has a lease or a dependent under this id'],
  PLANE_NOT_SERVING: [409, 'The plane has stopped serving'],
  ILLEGAL_TRANSITION: [409, 'The lifecycle does not allow it'],
  OFFBOARDING_SUPERSEDED: [409, 'The offboarding has been overtaken'],
  LEDGER_CONTENTION: [409, 'Others were writing at the same time; try again'],
};

const INTERNAL = new OffboardingError(
  'INTERNAL_ERROR',
  'the request failed on our side; the log has it under this instance',
);

/** What a caller is told about a thrown error: the refusal, or for anything unexpected nothing but where to look. */
export function problemOf(error: unknown, requestId: string): Problem {
  const answer = isOffboardingError(error) ? ANSWERS[error.name] : undefined;
  const refusal = isOffboardingError(error) && answer ? error : INTERNAL;
  const [status, title] = answer ?? [500, 'Internal error'];
  return {
    type: `urn:problem-type:offboarding:${refusal.name.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail: refusal.message,
    code: refusal.name,
    instance: requestId,
    ...published(refusal),
  };
}

/** Of an error's details, only what is meant for the caller; the rest is for the log. */
function published({
  message,
  details: { field, errors, retentionUntil, reasons },
}: OffboardingError): Pick<Problem, 'errors' | 'retentionUntil' | 'reasons'> {
  return {
    ...(typeof field === 'string' && { errors: [{ field, message }] }),
    ...(Array.isArray(errors) && { errors }),
    ...(typeof retentionUntil === 'string' && { retentionUntil }),
    ...(Array.isArray(reasons) && { reasons }),
  };
}

/** A 400 or another refusal that names each field. */
export function refuseFields(
  code: 'INVALID_REQUEST' | 'STORE_OUT_OF_REACH',
  errors: readonly FieldError[],
): OffboardingError {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new OffboardingError(
    code,
    first ? `${first.field}: ${first.message}${more}` : 'the request is not valid',
    { details: { errors } },
  );
}
