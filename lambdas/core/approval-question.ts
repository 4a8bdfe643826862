import type { LedgerEntry } from './ledger-entry.ts';
import type { Approval } from './ledger-state.ts';

type StandingApproval = Approval & { readonly status: 'requested' | 'approved' };

/**
 * True while the question about a purge stands, whether or not enough people have approved: nobody has rejected it, and it is
 * neither expired nor outdated. Whether the purge has begun under it is another matter: `purgeCommitted`.
 */
export function isStanding(approval: Approval | undefined): approval is StandingApproval {
  return approval?.status === 'requested' || approval?.status === 'approved';
}

/** The entry that asked about the purge last: whatever was asked before it does not count any more. */
export function questionIn(entries: readonly LedgerEntry[]): LedgerEntry | undefined {
  return entries.findLast(({ type }) => type === 'APPROVAL_REQUESTED');
}
