import type { CedarValueJson, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/web';
import type { PlaneFacts } from './facts.ts';
import type { PolicyRequest } from './policy-engine.ts';
import type { Role } from './roles.ts';

/** Who wants to do what, in the words of `policies/schema.cedarschema`. */
export type Attempt =
  | ({ readonly caller: string; readonly roles: readonly Role[] } & (
      | { readonly action: 'cancel' | 'hold' | 'release' }
      | {
          readonly action: 'start' | 'force';
          readonly gracePeriodDays: number;
          readonly retentionDays: number;
          readonly erasure: boolean;
          readonly hasForceReason: boolean;
        }
      | { readonly action: 'approve' | 'reject' | 'countApproval'; readonly scopeHash: string }
      | {
          readonly action: 'removeDependent' | 'removeLease';
          readonly usageId: string;
          /** Absent when there is nothing under this id. */
          readonly whose?: string;
        }
    ))
  | { readonly action: 'deactivate'; readonly acknowledgedDependents: readonly string[] }
  | { readonly action: 'purge' };

/** What this deployment allows anybody to ask for: `infra/config.ts`. */
export interface EnvironmentFacts {
  readonly gracePeriodFloorDays: number;
  readonly retentionFloorDays: number;
  readonly force: ForceRule;
}

/** How many people it takes to skip a grace period. */
export const FORCE_RULES = ['never', 'one-person', 'two-people'] as const;
export type ForceRule = (typeof FORCE_RULES)[number];

type Attributes = Readonly<Record<string, CedarValueJson>>;

const WORKFLOW: TypeAndId = { type: 'Workflow', id: 'offboarding' };

/** The attempt as Cedar is asked about it. Whom it does not know it takes for a caller without a role. */
export function policyRequest(
  attempt: Attempt,
  { planeId, facts, environment }: AttemptedOn,
): PolicyRequest & { readonly attributes: Attributes } {
  const resource = { type: 'Plane', id: planeId };
  const attributes = planeAttributes(facts);
  const plane: EntityJson = { uid: resource, attrs: { ...attributes }, parents: [] };
  const asked = { resource, attributes, action: attempt.action };
  const context = { ...contextOf(attempt), environment: { ...environment } };
  if (!('caller' in attempt)) return { ...asked, context, principal: WORKFLOW, entities: [plane] };
  const principal = callerUid(attempt.caller);
  const parents = attempt.roles.map((id) => ({ type: 'Role', id }));
  return {
    ...asked,
    context,
    principal,
    entities: [plane, { uid: principal, attrs: {}, parents }],
  };
}

export interface AttemptedOn {
  readonly planeId: string;
  readonly facts: JudgedFacts;
  readonly environment: EnvironmentFacts;
}

/** The facts, with what the policies say of each approval on record. */
export interface JudgedFacts extends PlaneFacts {
  readonly countingApprovals: number;
}

function contextOf(attempt: Attempt): Attributes {
  switch (attempt.action) {
    case 'start':
    case 'force': {
      const { gracePeriodDays, retentionDays, erasure, hasForceReason } = attempt;
      return { gracePeriodDays, retentionDays, erasure, hasForceReason };
    }
    case 'approve':
    case 'reject':
    case 'countApproval':
      return { scopeHash: attempt.scopeHash };
    case 'removeDependent':
    case 'removeLease': {
      const { usageId, whose } = attempt;
      return { usageId, ...(whose !== undefined && { whose: caller(whose) }) };
    }
    case 'deactivate':
      return { acknowledgedDependents: [...attempt.acknowledgedDependents] };
    case 'cancel':
    case 'hold':
    case 'release':
    case 'purge':
      return {};
  }
}

function planeAttributes(facts: JudgedFacts): Attributes {
  const { daysSinceDeregistration, daysInArchive, forceRequestedBy, approval } = facts;
  return {
    lifecycleState: facts.lifecycleState,
    openHolds: facts.openHolds,
    activeUsage: facts.activeUsage,
    unansweredUses: facts.unansweredUses,
    dependents: [...facts.dependents],
    deactivationCommitted: facts.deactivationCommitted,
    purgeCommitted: facts.purgeCommitted,
    ...(daysSinceDeregistration !== undefined && { daysSinceDeregistration }),
    ...(daysInArchive !== undefined && { daysInArchive }),
    retentionOver: facts.retentionOver,
    erasure: facts.erasure,
    forced: facts.forcers.length > 0,
    peopleWhoForced: facts.forcers.length,
    forcers: facts.forcers.map(caller),
    ...(forceRequestedBy !== undefined && { forceRequestedBy: caller(forceRequestedBy) }),
    requesters: facts.requesters.map(caller),
    ...(approval && {
      approval: {
        scopeHash: approval.scopeHash,
        requiredApprovals: approval.requiredApprovals,
        countingApprovals: facts.countingApprovals,
        isOpen: approval.isOpen,
      },
    }),
  };
}

function callerUid(id: string): TypeAndId {
  return { type: 'Caller', id };
}

function caller(id: string): CedarValueJson {
  return { __entity: callerUid(id) };
}
