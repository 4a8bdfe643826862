/** Codes of stage failures. The state machine's `Retry` and `Catch` match them by name, operators read them in the console. */
export const STAGE_ERROR_CODES = [
  // deregister
  'ACTIVE_REFERENCES',
  'DEREGISTER_FAILED',
  // verify_deactivate
  'GRACE_PERIOD_ACTIVE',
  'ACTIVE_USAGE',
  'PLANE_IN_USE',
  // deactivate
  'DEACTIVATION_FAILED',
  // archive
  'ARCHIVE_FAILED',
  'INTEGRITY_MISMATCH',
  'SOURCE_CHANGED',
  // purge
  'PURGE_NOT_APPROVED',
  'SCOPE_CHANGED',
  'LEGAL_HOLD',
  'PURGE_INCOMPLETE',
  // certificate
  'CERTIFICATE_FAILED',
  // any stage
  'INVALID_STAGE_INPUT',
  'WRONG_STATE',
  'OFFBOARDING_SUPERSEDED',
  'STAGE_PENDING',
  'APPROVAL_DECIDED',
] as const;
export type StageErrorCode = (typeof STAGE_ERROR_CODES)[number];

/** Codes of refusals by the policy gate. `LEGAL_HOLD` and `PURGE_NOT_APPROVED` are shared with the purge stage. */
export const GATE_ERROR_CODES = [
  'DEPENDENTS_EXIST',
  'LEGAL_HOLD',
  'PURGE_NOT_APPROVED',
  'APPROVER_IS_REQUESTER',
  'STALE_SCOPE_HASH',
  'WRONG_STATE',
  'ACTIVE_USAGE',
  'PLANE_IN_USE',
  'GRACE_UNDER_FLOOR',
  'RETENTION_UNDER_FLOOR',
  'RETENTION_RUNNING',
  'FORCE_NOT_ALLOWED',
  'SECOND_PERSON_MISSING',
  'NOT_PERMITTED',
] as const;
export type GateErrorCode = (typeof GATE_ERROR_CODES)[number];

/** Codes of refusals by the ledger's rules. */
export const LEDGER_ERROR_CODES = [
  'ILLEGAL_TRANSITION',
  'OFFBOARDING_SUPERSEDED',
  'GRACE_PERIOD_OVER',
  'GATE_NOT_PASSED',
  'NO_OPEN_APPROVAL',
  'STALE_SCOPE_HASH',
  'APPROVER_IS_REQUESTER',
  'NO_SUCH_HOLD',
  'PLANE_NOT_SERVING',
  'TOO_MANY_DECLARATIONS',
  'LEDGER_CORRUPT',
  'LEDGER_CONTENTION',
  'PLANE_NOT_FOUND',
] as const;
export type LedgerErrorCode = (typeof LEDGER_ERROR_CODES)[number];

/** Codes the API answers with, beside those above. */
export const API_ERROR_CODES = [
  'INVALID_REQUEST',
  'UNSUPPORTED_MEDIA_TYPE',
  'PLANE_NOT_FOUND',
  'PLANE_PURGED',
  'STORE_OUT_OF_REACH',
  'STORE_TAKEN',
  'NO_OFFBOARDING',
  'OFFBOARDING_IN_PROGRESS',
  'RETENTION_RUNNING',
  'CANCEL_TOO_LATE',
  'NOT_CANCELLABLE',
  'NO_OPEN_APPROVAL',
  'APPROVAL_CLOSED',
  'STALE_SCOPE_HASH',
  'APPROVER_IS_REQUESTER',
  'FORCE_NOT_ALLOWED',
  'CALLER_NOT_RECOGNISED',
  'PLANE_NOT_SERVING',
  'USAGE_TAKEN',
  'TOO_MANY_DEPENDENTS',
  'NO_CERTIFICATE',
  'NOT_FOUND',
  'INTERNAL_ERROR',
] as const;
export type ApiErrorCode = (typeof API_ERROR_CODES)[number];

export type ErrorCode = StageErrorCode | GateErrorCode | LedgerErrorCode | ApiErrorCode;

/** True for an error name that this product raised on purpose; its message then holds ids, counts and hashes only. */
export function isErrorCode(name: string): name is ErrorCode {
  // Here, not in a set beside it: a bundle that never asks is spared the lists.
  const lists: readonly (readonly string[])[] = [
    STAGE_ERROR_CODES,
    GATE_ERROR_CODES,
    LEDGER_ERROR_CODES,
    API_ERROR_CODES,
  ];
  return lists.some((codes) => codes.includes(name));
}

/**
 * Every refusal and failure raised on purpose. `name` is the code, because the Lambda runtime reports `name` as
 * `errorType` and that is what Step Functions matches. The message is one sentence with ids, counts and hashes:
 * it ends in the ledger, so it never holds a document name or personal data.
 */
export class OffboardingError extends Error {
  override readonly name: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: Readonly<Record<string, unknown>>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = code;
    this.details = options.details ?? {};
  }
}

export function isOffboardingError(error: unknown, code?: ErrorCode): error is OffboardingError {
  return error instanceof OffboardingError && (code === undefined || error.name === code);
}
