import type { StageErrorCode } from './errors.ts';
import { holdsInForce } from './ledger-guards.ts';
import { type Approval, isSuperseded, type LedgerState } from './ledger-state.ts';
import { requestersOf } from './requesters.ts';

export type PurgePermission =
  | { readonly allowed: true; readonly approval: Approval }
  | { readonly allowed: false; readonly code: StageErrorCode; readonly message: string };

/**
 * Whether the ledger, as it stands now, lets this offboarding destroy. The gate has decided it before; the purge asks
 * again before everything it destroys, because a hold may have come since.
 */
export function purgePermission(state: LedgerState, offboardingId: string): PurgePermission {
  const { approval, lifecycleState, purgeCommitted } = state;
  if (isSuperseded(state, offboardingId))
    return refused('OFFBOARDING_SUPERSEDED', `${offboardingId} is not the current offboarding`);
  if (lifecycleState !== 'ARCHIVED')
    return refused(
      'WRONG_STATE',
      `only an ARCHIVED plane is purged, this one is ${lifecycleState}`,
    );
  if (state.holds.length > 0) return refused('LEGAL_HOLD', holdsInForce(state));
  if (approval?.status !== 'approved')
    return refused('PURGE_NOT_APPROVED', 'no valid approval is on record');
  const approvers = countingApprovals(state);
  if (approvers.length < approval.requiredApprovals)
    return refused(
      'PURGE_NOT_APPROVED',
      `${approvers.length} of ${approval.requiredApprovals} who did not ask for the purge have approved it`,
    );
  if (!purgeCommitted)
    return refused('PURGE_NOT_APPROVED', 'the policy gate has not allowed PURGED');
  return { allowed: true, approval };
}

/** Those that count for the question that was asked last: one a person, and none by who asked for the purge. */
export function countingApprovals({
  offboarding,
  approval,
}: Pick<LedgerState, 'offboarding' | 'approval'>): Approval['approvals'] {
  if (!approval) return [];
  // The question named everybody who had asked until then; whoever started it again since asks for nothing new.
  const requesters = requestersOf({ offboarding }, ...approval.requestedBy);
  return approval.approvals.filter(({ actor }) => !requesters.includes(actor));
}

function refused(code: StageErrorCode, message: string): PurgePermission {
  return { allowed: false, code, message };
}
