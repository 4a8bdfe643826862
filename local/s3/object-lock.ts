import { invalidArgument, S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

export type RetentionMode = 'GOVERNANCE' | 'COMPLIANCE';

export interface Retention {
  readonly mode: RetentionMode;
  /** Epoch milliseconds. */
  readonly retainUntil: number;
}

/** Of a bucket, for every new version that asks for none. */
export interface DefaultRetention {
  readonly mode: RetentionMode;
  readonly days: number;
}

/** Write-once protection of one version: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html. */
export interface ObjectLock {
  readonly legalHold: boolean;
  readonly retention: Retention | undefined;
}

export const OBJECT_LOCK_HEADERS = [
  'x-amz-object-lock-mode',
  'x-amz-object-lock-retain-until-date',
  'x-amz-object-lock-legal-hold',
];

/** The lock that a write asks for in its headers. */
export function objectLockIn(request: S3Request, now: Date): ObjectLock | undefined {
  const mode = request.header('x-amz-object-lock-mode');
  const until = request.header('x-amz-object-lock-retain-until-date');
  const hold = request.header('x-amz-object-lock-legal-hold');
  if ((mode === undefined) !== (until === undefined)) {
    throw invalidArgument(
      'x-amz-object-lock-mode',
      mode ?? '',
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
    );
  }
  const retention =
    mode === undefined || until === undefined ? undefined : parseRetention(mode, until, now);
  if (hold === undefined && retention === undefined) return undefined;
  return { legalHold: hold !== undefined && parseLegalHold(hold), retention };
}

/** The lock of a new version: what its write asks for, or what its bucket gives to all. */
export function withDefault(
  asked: ObjectLock | undefined,
  byDefault: DefaultRetention | undefined,
  now: Date,
): ObjectLock | undefined {
  if (byDefault === undefined || asked?.retention !== undefined) return asked;
  const retainUntil = now.getTime() + byDefault.days * 86_400_000;
  return {
    legalHold: asked?.legalHold ?? false,
    retention: { mode: byDefault.mode, retainUntil },
  };
}

/** @throws S3Error `InvalidArgument` for an unknown mode, or a time that is none or not ahead */
export function parseRetention(mode: string, until: string, now: Date): Retention {
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') {
    throw invalidArgument('Mode', mode, 'Unknown wormMode directive.');
  }
  const retainUntil = Date.parse(until);
  if (Number.isNaN(retainUntil)) {
    throw invalidArgument('RetainUntilDate', until, 'The retain until date must be a date');
  }
  if (retainUntil <= now.getTime()) {
    throw invalidArgument('RetainUntilDate', until, 'The retain until date must be in the future!');
  }
  return { mode, retainUntil };
}

export function parseLegalHold(status: string): boolean {
  if (status === 'ON' || status === 'OFF') return status === 'ON';
  throw invalidArgument('Status', status, 'Legal Hold must be either of ON or OFF');
}

/**
 * @param mayBypass the caller asked for, and is allowed, `s3:BypassGovernanceRetention`
 * @throws S3Error `AccessDenied` while the version is locked
 */
export function assertRemovable(lock: ObjectLock | undefined, mayBypass: boolean, now: Date): void {
  if (lock === undefined) return;
  if (lock.legalHold || isRetained(lock.retention, mayBypass, now)) throw lockedError();
}

/** Longer is always allowed; weaker only for GOVERNANCE with bypass, or once it has run out. */
export function assertRetentionChange(
  before: Retention | undefined,
  after: Retention | undefined,
  mayBypass: boolean,
  now: Date,
): void {
  if (before === undefined || !isRetained(before, mayBypass, now)) return;
  const isStronger =
    after !== undefined &&
    after.retainUntil >= before.retainUntil &&
    (after.mode === before.mode || after.mode === 'COMPLIANCE');
  if (!isStronger) throw lockedError();
}

function isRetained(retention: Retention | undefined, mayBypass: boolean, now: Date): boolean {
  if (retention === undefined || retention.retainUntil <= now.getTime()) return false;
  return retention.mode === 'COMPLIANCE' || !mayBypass;
}

/** What asks a version for its lock is answered with, where it has none. */
export function notLocked(): S3Error {
  return new S3Error(
    'NoSuchObjectLockConfiguration',
    'The specified object does not have a ObjectLock configuration',
  );
}

function lockedError(): S3Error {
  return new S3Error('AccessDenied', 'Access Denied because object protected by object lock.');
}
