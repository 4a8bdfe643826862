import { foldLedger } from '../core/fold-ledger.ts';
import type { LedgerEntry } from '../core/ledger-entry.ts';
import type { LedgerState, RemovalData } from '../core/ledger-state.ts';
import type { EventLog } from '../event-log.ts';
import type { GateAnswer, GateQuestion, GateReason } from '../ports.ts';
import { readChain } from '../read-ledger-state.ts';
import type { Attempt } from './attempt.ts';
import { decide } from './decide.ts';
import { factsOf, type PlaneUsage, readUsage } from './facts.ts';
import type { GatePorts } from './policy-gate.ts';
import { type Role, type RolePatterns, rolesOf } from './roles.ts';

export interface QuestionPorts extends GatePorts {
  readonly roles: RolePatterns;
}

/**
 * May this caller do this? A refusal is on record before it is answered.
 * @throws OffboardingError `PLANE_NOT_FOUND` instead of a refusal for a plane that does not exist
 */
export async function answerQuestion(
  ports: QuestionPorts,
  question: GateQuestion,
  log: EventLog,
): Promise<GateAnswer> {
  const { action, planeId, caller } = question;
  const entries = await readChain(ports.ledger, planeId);
  const usage = await readUsage(ports, planeId);
  const facts = factsOf(ports, entries, usage);
  const removes = findUsage(usage, question);
  const attempt = attemptOf(question, rolesOf(caller, ports.roles), removes?.whose);
  const answer = decide(ports.policies, planeId, attempt, facts);
  const { decision, reasons } = answer;
  log.info('gate decided', { action, caller: caller.identity, decision, reasons });
  if (answer.decision === 'BLOCKED') await recordRefusal(ports, question, answer.reasons, entries);
  if (removes && answer.decision === 'ALLOWED') return { ...answer, removes };
  if (action !== 'force' || answer.decision !== 'ALLOWED') return answer;
  const { forceRequestedBy } = facts;
  const isAgreed = forceRequestedBy !== undefined && forceRequestedBy !== caller.identity;
  return isAgreed ? { ...answer, forceRequestedBy } : answer;
}

/** What is to be removed, as the gate has read it. A lease that has expired stands in nobody's way, and is nobody's any more. */
function findUsage(
  { dependents, leases }: PlaneUsage,
  question: GateQuestion,
): Omit<RemovalData, 'id'> | undefined {
  if (question.action === 'removeLease') {
    const lease = leases.find(({ leaseId }) => leaseId === question.usageId);
    return lease && { use: lease.kind, whose: lease.heldBy };
  }
  if (question.action !== 'removeDependent') return undefined;
  const dependent = dependents.find(({ dependentId }) => dependentId === question.usageId);
  if (!dependent) return undefined;
  const { declaredBy, declarationId } = dependent;
  return { use: 'dependent', whose: declaredBy, ...(declarationId && { declarationId }) };
}

function attemptOf(
  question: GateQuestion,
  roles: readonly Role[],
  whose: string | undefined,
): Attempt {
  const asked = { caller: question.caller.identity, roles };
  switch (question.action) {
    case 'cancel':
    case 'hold':
    case 'release':
      return { ...asked, action: question.action };
    case 'start':
    case 'force': {
      const { action, gracePeriodDays, retentionDays, erasure, forceReason } = question;
      const hasForceReason = forceReason !== null;
      return { ...asked, action, gracePeriodDays, retentionDays, erasure, hasForceReason };
    }
    case 'approve':
    case 'reject':
      return { ...asked, action: question.action, scopeHash: question.scopeHash };
    case 'removeDependent':
    case 'removeLease': {
      const { action, usageId } = question;
      return { ...asked, action, usageId, ...(whose !== undefined && { whose }) };
    }
  }
}

async function recordRefusal(
  { recorder, now }: QuestionPorts,
  { action, planeId, caller: { identity } }: GateQuestion,
  reasons: readonly GateReason[],
  entries: readonly LedgerEntry[],
): Promise<void> {
  await recorder.record({
    planeId,
    offboardingId: currentOffboarding(foldLedger(entries)),
    type: 'BLOCKED',
    actor: identity,
    reason: null,
    data: { action, decision: 'BLOCKED', reasons: reasons.map((reason) => ({ ...reason })) },
    idempotencyKey: refusalKey(action, identity, reasons, entries, now()),
  });
}

function currentOffboarding({ lifecycleState, offboarding }: LedgerState): string | null {
  return lifecycleState === 'ACTIVE' ? null : (offboarding?.offboardingId ?? null);
}

/**
 * The same attempt with the same outcome is on record once a day while nothing else happens to the plane: whoever hammers
 * at the API must not make the ledger so long that nobody can read it, or keep an approval from being measured.
 */
function refusalKey(
  action: string,
  identity: string,
  reasons: readonly GateReason[],
  entries: readonly LedgerEntry[],
  now: Date,
): string {
  const last = entries.findLast(({ type }) => type !== 'BLOCKED')?.seq ?? 0;
  const policies = reasons.map(({ policy }) => policy).join('+');
  return `refused/${action}/${identity}/${last}/${now.toISOString().slice(0, 10)}/${policies}`;
}
