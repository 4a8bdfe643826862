import { isStanding } from './approval-question.ts';
import { OffboardingError } from './errors.ts';
import type { JsonObject, LedgerEntryType } from './ledger-entry.ts';
import { assertMayDeclare, assertNotHeld } from './ledger-guards.ts';
import { isSuperseded, type LedgerState } from './ledger-state.ts';
import { isLegalTransition, isProtected, type LifecycleState } from './lifecycle.ts';
import { requestersOf } from './requesters.ts';

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
      return assertGatePassed(state, command, at);
    case 'RESTARTED':
      return assertCurrentOffboarding(state, command);
    case 'APPROVAL_REQUESTED':
      assertCurrentOffboarding(state, command);
      return assertState(state, 'ARCHIVED', 'a purge can be asked for');
    case 'APPROVAL_REMINDED':
      assertCurrentOffboarding(state, command);
      return assertOpenApproval(state);
    case 'APPROVED':
    case 'REJECTED':
      return assertDecision(state, command);
    case 'APPROVAL_EXPIRED':
      assertCurrentOffboarding(state, command);
      return assertOpenApproval(state);
    case 'FORCE_REQUESTED':
      return assertState(state, 'ACTIVE', 'a force can be asked for');
    case 'USE_NOTICED':
      return assertUse(state, command);
    case 'USAGE_REMOVED':
      assertCurrentOffboarding(state, command);
      return assertState(state, 'PENDING_DEACTIVATE', 'a removal is recorded');
    case 'HOLD_PLACED':
      if (state.lifecycleState === 'PURGED')
        throw illegal(`${command.planeId} is PURGED: there is nothing left to hold`);
      return;
    case 'HOLD_RELEASED':
      if (!state.holds.some((hold) => hold.reference === command.data.reference))
        throw new OffboardingError('NO_SUCH_HOLD', 'no hold is placed under this reference');
      return;
    case 'CERTIFIED':
      assertState(state, 'PURGED', 'a certificate can be issued');
      if (command.data.phase === 'final' && !state.certificate)
        throw illegal(`${command.planeId} has no certificate that a final one could complete`);
      return;
    case 'BLOCKED':
    case 'HALTED':
      return;
  }
}

function assertTransition(state: LedgerState, command: RecordCommand, at: string): void {
  const { to } = command;
  assertLiveOffboarding(state, command);
  if (!to || !isLegalTransition(state.lifecycleState, to))
    throw illegal(`${command.planeId} is ${state.lifecycleState}, it cannot become ${to}`);
  if (to === 'ACTIVE') return assertCancellable(state, at);
  const committed = to === 'DEACTIVATED' ? state.deactivationCommitted : state.purgeCommitted;
  if (isProtected(to) && !committed)
    throw new OffboardingError('GATE_NOT_PASSED', `the policy gate has not allowed ${to}`);
}

function assertCancellable(state: LedgerState, at: string): void {
  // The gate's entry and a cancel compete for the same seq, so exactly one of them is written.
  if (state.deactivationCommitted)
    throw new OffboardingError('GRACE_PERIOD_OVER', 'deactivation has already been decided');
  if (!state.offboarding || at >= state.offboarding.gracePeriodEnd)
    throw new OffboardingError('GRACE_PERIOD_OVER', 'the grace period is over');
}

function assertGatePassed(state: LedgerState, command: RecordCommand, at: string): void {
  assertCurrentOffboarding(state, command);
  assertDecidedOnLatest(state, command);
  // The gate has looked at holds already; here its entry competes with HOLD_PLACED for the same seq.
  assertNotHeld(state);
  if (command.data.transition === 'DEACTIVATED') {
    assertState(state, 'PENDING_DEACTIVATE', 'the gate can allow DEACTIVATED');
    return assertGracePeriodOver(state, at);
  }
  assertState(state, 'ARCHIVED', 'the gate can allow PURGED');
  if (state.approval?.status !== 'approved')
    throw new OffboardingError('PURGE_NOT_APPROVED', 'no valid approval is on record');
}

/**
 * Who needs the plane is a fact that the ledger does not hold itself; that somebody has said so is an entry. Whatever was
 * written since the gate looked, it has to look again.
 */
function assertDecidedOnLatest({ factsSeq }: LedgerState, { planeId, data }: RecordCommand): void {
  const { decidedAtSeq } = data;
  if (decidedAtSeq !== undefined && Number(decidedAtSeq) < factsSeq)
    throw new OffboardingError(
      'LEDGER_CONTENTION',
      `entry ${factsSeq} of ${planeId} was written since the gate looked at entry ${decidedAtSeq}`,
    );
}

function assertGracePeriodOver(state: LedgerState, at: string): void {
  // The counterpart of `assertCancellable`: at any one time a cancel or the gate may be recorded, never both.
  if (state.offboarding && at < state.offboarding.gracePeriodEnd)
    throw new OffboardingError(
      'GRACE_PERIOD_ACTIVE',
      `the grace period ends at ${state.offboarding.gracePeriodEnd}`,
    );
}

/** A use and the gate compete for the same seq: either the gate sees it, or it comes too late to be served. */
function assertUse(state: LedgerState, command: RecordCommand): void {
  assertCurrentOffboarding(state, command);
  if (state.lifecycleState !== 'PENDING_DEACTIVATE' || state.deactivationCommitted)
    throw new OffboardingError('PLANE_NOT_SERVING', 'deactivation has already been decided');
  const { gracePeriodEnd, declarationId } = command.data;
  if (declarationId !== undefined) assertMayDeclare(state, command.actor);
  if (gracePeriodEnd !== undefined && String(gracePeriodEnd) <= gracePeriodEndOf(state))
    throw illegal('a grace period is only ever extended');
}

function gracePeriodEndOf({ offboarding }: LedgerState): string {
  return offboarding?.gracePeriodEnd ?? '';
}

function assertDecision(state: LedgerState, command: RecordCommand): void {
  assertCurrentOffboarding(state, command);
  assertOpenApproval(state);
  if (command.data.scopeHash !== state.approval?.scopeHash)
    throw new OffboardingError('STALE_SCOPE_HASH', 'the decision is about another scope');
  const requesters = requestersOf(state, ...(state.approval?.requestedBy ?? []));
  if (command.type === 'APPROVED' && requesters.includes(command.actor))
    throw new OffboardingError(
      'APPROVER_IS_REQUESTER',
      'who asked for the purge cannot approve it',
    );
}

function assertOpenApproval(state: LedgerState): void {
  const { lifecycleState, approval, purgeCommitted } = state;
  if (lifecycleState !== 'ARCHIVED' || !isStanding(approval) || purgeCommitted)
    throw new OffboardingError('NO_OPEN_APPROVAL', 'no approval is being waited for');
}

function assertLiveOffboarding(
  state: LedgerState,
  { offboardingId, planeId }: RecordCommand,
): void {
  if (!offboardingId || isSuperseded(state, offboardingId))
    throw new OffboardingError(
      'OFFBOARDING_SUPERSEDED',
      `${offboardingId} is not the current offboarding of ${planeId}`,
    );
}

function assertCurrentOffboarding(state: LedgerState, command: RecordCommand): void {
  assertLiveOffboarding(state, command);
  if (state.offboarding?.offboardingId !== command.offboardingId)
    throw illegal(`${command.planeId} is ${state.lifecycleState}, nothing is being offboarded`);
}

function assertState(state: LedgerState, expected: LifecycleState, what: string): void {
  if (state.lifecycleState !== expected)
    throw illegal(`${what} only from ${expected}, the plane is ${state.lifecycleState}`);
}

function illegal(message: string): OffboardingError {
  return new OffboardingError('ILLEGAL_TRANSITION', message);
}
