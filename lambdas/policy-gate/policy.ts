import type { GateErrorCode } from '../core/errors.ts';
import type { Approval } from '../core/ledger-state.ts';
import {
  isLegalTransition,
  type LifecycleState,
  type ProtectedTransition,
} from '../core/lifecycle.ts';

/** Everything a policy may look at. Whoever decides, decides from this and from nothing else. */
export interface GateFacts {
  readonly lifecycleState: LifecycleState;
  readonly transition: ProtectedTransition;
  /** This transition was allowed before and has begun: what follows is the rest of it. */
  readonly committed: boolean;
  readonly openHolds: number;
  readonly dependents: number;
  /** Unexpired leases. */
  readonly activeUsage: number;
  /** Everybody who asked for this offboarding or for its purge. */
  readonly requesters: readonly string[];
  readonly approval?: Pick<Approval, 'status' | 'approvals'>;
}

export interface GateReason {
  readonly code: GateErrorCode;
  readonly message: string;
}

/** `PENDING`: nothing forbids it, but something is still missing. */
export type GateDecision =
  | { readonly decision: 'ALLOWED'; readonly reasons: readonly [] }
  | {
      readonly decision: 'BLOCKED' | 'PENDING';
      readonly reasons: readonly [GateReason, ...GateReason[]];
    };

/** Decides, never acts. A policy engine takes the place of `builtInPolicy` by implementing this. */
export type Policy = (facts: GateFacts) => GateDecision | Promise<GateDecision>;

export const builtInPolicy = ((facts) => {
  const [forbidden, ...more] = prohibitions(facts);
  if (forbidden) return { decision: 'BLOCKED', reasons: [forbidden, ...more] };
  const missing = facts.transition === 'PURGED' ? missingApproval(facts) : undefined;
  if (!missing) return { decision: 'ALLOWED', reasons: [] };
  const awaited = facts.approval?.status === 'requested' && missing.code === 'PURGE_NOT_APPROVED';
  return { decision: awaited ? 'PENDING' : 'BLOCKED', reasons: [missing] };
}) satisfies Policy;

function prohibitions(facts: GateFacts): readonly GateReason[] {
  const { lifecycleState, transition, committed, openHolds, dependents } = facts;
  const reasons: GateReason[] = [];
  if (openHolds > 0)
    reasons.push({ code: 'LEGAL_HOLD', message: `${openHolds} legal hold(s) are in force` });
  if (!isLegalTransition(lifecycleState, transition))
    reasons.push({
      code: 'WRONG_STATE',
      message: `the plane is ${lifecycleState}, it cannot become ${transition}`,
    });
  // Half a deactivation serves nobody: once begun it is finished, whoever has turned up since.
  if (transition === 'DEACTIVATED' && dependents > 0 && !committed)
    reasons.push({
      code: 'DEPENDENTS_EXIST',
      message: `${dependents} dependent(s) still name the plane`,
    });
  return reasons;
}

function missingApproval({ approval, requesters }: GateFacts): GateReason | undefined {
  if (approval?.status !== 'approved')
    return { code: 'PURGE_NOT_APPROVED', message: 'no valid approval is on record' };
  if (!approval.approvals.some(({ actor }) => !requesters.includes(actor)))
    return {
      code: 'APPROVER_IS_REQUESTER',
      message: 'who asked for the purge cannot approve it',
    };
  return undefined;
}
