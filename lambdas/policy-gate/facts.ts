import type { LedgerState } from '../core/ledger-state.ts';
import type { ProtectedTransition } from '../core/lifecycle.ts';
import type { Now, UsageReader } from '../ports.ts';
import type { GateFacts } from './policy.ts';

export interface FactPorts {
  readonly usage: UsageReader;
  readonly now: Now;
}

/** Loads what a policy may look at. Nothing that the caller says about the plane is a fact, but for who asks. */
export async function loadFacts(
  { usage, now }: FactPorts,
  planeId: string,
  ledger: LedgerState,
  transition: ProtectedTransition,
  requestedBy: string,
): Promise<GateFacts> {
  const { lifecycleState, approval, offboarding } = ledger;
  const requesters = [
    requestedBy,
    ...(offboarding ? [offboarding.request.requestedBy] : []),
    ...(approval?.requestedBy ?? []),
  ];
  return {
    lifecycleState,
    transition,
    committed: transition === 'PURGED' ? ledger.purgeCommitted : ledger.deactivationCommitted,
    openHolds: ledger.holds.length,
    dependents: (await usage.dependents(planeId)).length,
    activeUsage: (await usage.activeLeases(planeId, now())).length,
    requesters: [...new Set(requesters)],
    ...(approval && { approval: { status: approval.status, approvals: approval.approvals } }),
  };
}
