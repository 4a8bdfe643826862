import type { GateAnswer, GateReason } from '../ports.ts';
import { type Attempt, type EnvironmentFacts, policyRequest } from './attempt.ts';
import type { PlaneFacts } from './facts.ts';
import type { PolicyEngine, Ruling } from './policy-engine.ts';

// The ledger's entry stays small, whoever has declared thousands.
const DEPENDENTS_NAMED = 10;

export interface Policies {
  readonly engine: PolicyEngine;
  readonly environment: EnvironmentFacts;
}

/** Decides, from the facts and the policies and from nothing else. */
export function decide(
  { engine, environment }: Policies,
  planeId: string,
  attempt: Attempt,
  facts: PlaneFacts,
): GateAnswer {
  const ask = (asked: Attempt, countingApprovals: number) => {
    const judged = { ...facts, countingApprovals };
    const request = policyRequest(asked, { planeId, facts: judged, environment });
    const { approval, ...plane } = request.attributes;
    const values = { ...plane, ...Object(approval), ...request.context, ...environment };
    return { ruling: engine.rule(request), values };
  };
  const judged = (facts.approval?.approvals ?? []).map(({ approver, scopeHash }) =>
    ask({ action: 'countApproval', caller: approver, roles: [], scopeHash }, 0),
  );
  const counting = judged.filter(({ ruling }) => ruling.ruling === 'allowed').length;
  const { ruling, values } = ask(attempt, counting);
  const decided = decisionOf(ruling, attempt, { ...values, ...unacknowledged(attempt, facts) });
  if (attempt.action !== 'purge' || decided.decision === 'ALLOWED') return decided;
  // Why an approval that is on record does not count says more than that one is missing.
  const uncounted = judged.flatMap((one) => reasonsOf(one.ruling, one.values));
  const [first, ...more] = decided.reasons;
  return { ...decided, reasons: [first, ...more, ...distinct(uncounted)] };
}

type Values = Readonly<Record<string, unknown>>;

function decisionOf(ruling: Ruling, { action }: Attempt, values: Values): GateAnswer {
  switch (ruling.ruling) {
    case 'allowed':
      return { decision: 'ALLOWED', reasons: [] };
    case 'not-permitted': {
      const { policy, roles } = ruling.wanted;
      const message = `to ${action} takes the role ${roles.join(' or ')}`;
      return { decision: 'BLOCKED', reasons: [{ policy, code: 'NOT_PERMITTED', message }] };
    }
    case 'forbidden': {
      const isMissing = ruling.by.every(({ isPending }) => isPending);
      const [first, ...more] = reasonsOf(ruling, values);
      if (!first) throw new Error('a prohibition without a reason');
      return { decision: isMissing ? 'PENDING' : 'BLOCKED', reasons: [first, ...more] };
    }
  }
}

/** What really forbids comes before what is only missing: the first reason's code is what the caller sees. */
function reasonsOf(ruling: Ruling, values: Values): readonly GateReason[] {
  if (ruling.ruling !== 'forbidden') return [];
  return ruling.by
    .toSorted((one, other) => Number(one.isPending) - Number(other.isPending))
    .map(({ id, code, reason }) => ({ policy: id, code, message: fill(reason, values) }));
}

/** `{name}` becomes the fact of this name. */
function fill(reason: string, values: Values): string {
  return reason.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (values[name] === undefined)
      throw new Error(`a policy's reason names ${name}, which is no fact`);
    return String(values[name]);
  });
}

function unacknowledged(attempt: Attempt, { dependents }: PlaneFacts): Values {
  if (attempt.action !== 'deactivate') return {};
  const missing = dependents.filter((id) => !attempt.acknowledgedDependents.includes(id));
  const named = missing.slice(0, DEPENDENTS_NAMED).join(', ');
  const more = missing.length > DEPENDENTS_NAMED ? ' …' : '';
  return { unacknowledgedCount: missing.length, unacknowledged: `${named}${more}` };
}

function distinct(reasons: readonly GateReason[]): readonly GateReason[] {
  return reasons.filter(
    ({ policy }, index) => reasons.findIndex((other) => other.policy === policy) === index,
  );
}
