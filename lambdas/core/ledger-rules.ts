import { OffboardingError } from './errors.ts';
import type { JsonObject, LedgerEntryType } from './ledger-entry.ts';
import { isSuperseded, type LedgerState } from './ledger-state.ts';
import { isLegalTransition, isProtected, type LifecycleState } from './lifecycle.ts';

/** What a caller asks the recorder to write. The recorder adds seq, from, to, time and hashes. */
export interface RecordCommand {
  readonly planeId: string;
  readonly offboardingId: string | null;
  readonly type: LedgerEntryType;
  /** Required for TRANSITION, absent for everything else. */
  readonly to?: LifecycleState;
  readonly actor: string;
  readonly reason: string | null;
  readonly data: JsonObject;
  /** The same key again returns the entry already there. */
  readonly idempotencyKey: string;
}

/**
 * The rules of the ledger: which entry may follow what is already written.
 * @param at ISO 8601 UTC, the time the entry would carry
 * @throws OffboardingError with the code of the rule that broke
 */
export function assertMayRecord(state: LedgerState, command: RecordCommand, at: string): void {
  switch (command.type) {
    case 'TRANSITION':
      return assertTransition(state, command, at);
    case 'GATE_PASSED':
      return assertGatePassed(state, command);
    case 'APPROVAL_REQUESTED':
      assertCurrentOffboarding(state, command);
      return assertState(state, 'ARCHIVED', 'a purge can be asked for');
    case 'APPROVED':
    case 'REJECTED':
      return assertDecision(state, command);
    case 'APPROVAL_EXPIRED':
      return assertOpenApproval(state);
    case 'HOLD_PLACED':
      if (state.lifecycleState === 'PURGED')
        throw illegal(`${command.planeId} is PURGED: there is nothing left to hold`);
      return;
    case 'HOLD_RELEASED':
      if (!state.holds.some((hold) => hold.reference === command.data.reference))
        throw new OffboardingError('NO_SUCH_HOLD', 'no hold is placed under this reference');
      return;
    case 'CERTIFIED':
      return assertState(state, 'PURGED', 'a certificate can be issued');
    case 'BLOCKED':
    case 'HALTED':
      return;
  }
}

function assertTransition(state: LedgerState, command: RecordCommand, at: string): void {
  const { to } = command;
  if (!to || !isLegalTransition(state.lifecycleState, to))
    throw illegal(`${command.planeId} is ${state.lifecycleState}, it cannot become ${to}`);
  if (to === 'PENDING_DEACTIVATE') return assertNewOffboarding(state, command);
  assertCurrentOffboarding(state, command);
  if (to === 'ACTIVE') return assertCancellable(state, at);
  const committed = to === 'DEACTIVATED' ? state.deactivationCommitted : state.purgeCommitted;
  if (isProtected(to) && !committed)
    throw new OffboardingError('GATE_NOT_PASSED', `the policy gate has not allowed ${to}`);
}

function assertNewOffboarding(state: LedgerState, command: RecordCommand): void {
  if (!command.offboardingId || isSuperseded(state, command.offboardingId))
    throw new OffboardingError(
      'OFFBOARDING_SUPERSEDED',
      `${command.offboardingId} was cancelled; a new offboarding needs a new id`,
    );
}

function assertCancellable(state: LedgerState, at: string): void {
  // The gate's entry and a cancel compete for the same seq, so exactly one of them is written.
  if (state.deactivationCommitted)
    throw new OffboardingError('GRACE_PERIOD_OVER', 'deactivation has already been decided');
  if (!state.offboarding || at >= state.offboarding.gracePeriodEnd)
    throw new OffboardingError('GRACE_PERIOD_OVER', 'the grace period is over');
}

function assertGatePassed(state: LedgerState, command: RecordCommand): void {
  assertCurrentOffboarding(state, command);
  if (command.data.transition === 'DEACTIVATED')
    return assertState(state, 'PENDING_DEACTIVATE', 'the gate can allow DEACTIVATED');
  assertState(state, 'ARCHIVED', 'the gate can allow PURGED');
  if (state.approval?.status !== 'approved')
    throw new OffboardingError('PURGE_NOT_APPROVED', 'no valid approval is on record');
}

function assertDecision(state: LedgerState, command: RecordCommand): void {
  assertOpenApproval(state);
  if (command.data.scopeHash !== state.approval?.scopeHash)
    throw new OffboardingError('STALE_SCOPE_HASH', 'the decision is about another scope');
  if (command.type === 'APPROVED' && state.approval?.requestedBy.includes(command.actor))
    throw new OffboardingError(
      'APPROVER_IS_REQUESTER',
      'who asked for the purge cannot approve it',
    );
}

function assertOpenApproval(state: LedgerState): void {
  const open = state.approval?.status === 'requested' || state.approval?.status === 'approved';
  if (state.lifecycleState !== 'ARCHIVED' || !open || state.purgeCommitted)
    throw new OffboardingError('NO_OPEN_APPROVAL', 'no approval is being waited for');
}

function assertCurrentOffboarding(state: LedgerState, command: RecordCommand): void {
  if (state.offboarding?.offboardingId !== command.offboardingId)
    throw new OffboardingError(
      'OFFBOARDING_SUPERSEDED',
      `${command.offboardingId} is not the current offboarding of ${command.planeId}`,
    );
}

function assertState(state: LedgerState, expected: LifecycleState, what: string): void {
  if (state.lifecycleState !== expected)
    throw illegal(`${what} only from ${expected}, the plane is ${state.lifecycleState}`);
}

function illegal(message: string): OffboardingError {
  return new OffboardingError('ILLEGAL_TRANSITION', message);
}
