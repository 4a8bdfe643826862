import type { Attempt, EnvironmentFacts } from '../../lambdas/policy-gate/attempt.ts';
import type { PlaneFacts } from '../../lambdas/policy-gate/facts.ts';
import { APPROVER, REQUESTER } from '../support/builders.ts';
import { PROD } from '../support/policies.ts';

export const OFFICER = 'arn:aws:iam::111122223333:user/officer';
export const FORCER = 'arn:aws:iam::111122223333:user/forcer';
export const SCOPE = 'c'.repeat(64);

/** One question with everything that a policy may look at; in `prod`, where the most is asked of everybody. */
export interface Case {
  readonly attempt: Attempt;
  readonly facts: PlaneFacts;
  readonly environment: EnvironmentFacts;
}

const ACTIVE: PlaneFacts = {
  lifecycleState: 'ACTIVE',
  openHolds: 0,
  activeUsage: 0,
  unansweredUses: 0,
  dependents: [],
  deactivationCommitted: false,
  purgeCommitted: false,
  retentionOver: false,
  erasure: false,
  requesters: [],
  forcers: [],
};
const PENDING: PlaneFacts = {
  ...ACTIVE,
  lifecycleState: 'PENDING_DEACTIVATE',
  daysSinceDeregistration: 7,
  requesters: [REQUESTER],
};
const ARCHIVED = {
  ...PENDING,
  lifecycleState: 'ARCHIVED',
  daysSinceDeregistration: 372,
  daysInArchive: 365,
  retentionOver: true,
  approval: {
    scopeHash: SCOPE,
    requiredApprovals: 2,
    isOpen: false,
    approvals: [
      { approver: APPROVER, scopeHash: SCOPE },
      { approver: OFFICER, scopeHash: SCOPE },
    ],
  },
} satisfies PlaneFacts;
const started = {
  gracePeriodDays: 7,
  retentionDays: 30,
  erasure: false,
  hasForceReason: true,
} as const;

/** Every action as it is allowed. */
export const ALLOWED = {
  start: {
    attempt: { action: 'start', caller: REQUESTER, roles: ['operator'], ...started },
    facts: ACTIVE,
    environment: PROD,
  },
  force: {
    attempt: { action: 'force', caller: FORCER, roles: ['forcer'], ...started },
    facts: { ...ACTIVE, forceRequestedBy: OFFICER },
    environment: PROD,
  },
  cancel: {
    attempt: { action: 'cancel', caller: REQUESTER, roles: ['operator'] },
    facts: PENDING,
    environment: PROD,
  },
  hold: {
    attempt: { action: 'hold', caller: OFFICER, roles: ['legal'] },
    facts: PENDING,
    environment: PROD,
  },
  release: {
    attempt: { action: 'release', caller: OFFICER, roles: ['legal'] },
    facts: { ...PENDING, openHolds: 1 },
    environment: PROD,
  },
  approve: {
    attempt: { action: 'approve', caller: APPROVER, roles: ['approver'], scopeHash: SCOPE },
    facts: ARCHIVED,
    environment: PROD,
  },
  reject: {
    attempt: { action: 'reject', caller: APPROVER, roles: ['approver'], scopeHash: SCOPE },
    facts: ARCHIVED,
    environment: PROD,
  },
  removeDependent: {
    attempt: {
      action: 'removeDependent',
      caller: APPROVER,
      roles: [],
      usageId: 'billing',
      whose: APPROVER,
    },
    facts: PENDING,
    environment: PROD,
  },
  removeLease: {
    attempt: {
      action: 'removeLease',
      caller: APPROVER,
      roles: [],
      usageId: 'run-1',
      whose: APPROVER,
    },
    facts: PENDING,
    environment: PROD,
  },
  deactivate: {
    attempt: { action: 'deactivate', acknowledgedDependents: [] },
    facts: PENDING,
    environment: PROD,
  },
  purge: { attempt: { action: 'purge' }, facts: ARCHIVED, environment: PROD },
} as const satisfies Record<string, Case>;

/** The same question with something changed. */
export function changed(
  { attempt, facts, environment }: Case,
  changes: {
    readonly attempt?: object;
    readonly facts?: Partial<PlaneFacts>;
    readonly environment?: Partial<EnvironmentFacts>;
  },
): Case {
  return {
    attempt: { ...attempt, ...changes.attempt } as Attempt,
    facts: { ...facts, ...changes.facts },
    environment: { ...environment, ...changes.environment },
  };
}
