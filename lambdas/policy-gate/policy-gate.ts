import { OffboardingError } from '../core/errors.ts';
import { foldLedger } from '../core/fold-ledger.ts';
import { isSuperseded } from '../core/ledger-state.ts';
import type { EventLog } from '../event-log.ts';
import type { LedgerReader, Recorder } from '../ports.ts';
import type { Attempt } from './attempt.ts';
import { decide, type Policies } from './decide.ts';
import { type FactPorts, loadFacts, type PlaneFacts } from './facts.ts';
import type { GateEvent } from './gate-call.ts';

export interface GatePorts extends FactPorts {
  readonly ledger: LedgerReader;
  readonly recorder: Recorder;
  readonly policies: Policies;
}

/**
 * Lets a protected transition pass, or refuses it, and has either put on record before anything happens.
 * @throws OffboardingError with the code of the first reason when the policies do not allow it, `OFFBOARDING_SUPERSEDED`
 * when a cancel was faster
 */
export async function passGate(
  ports: GatePorts,
  event: GateEvent,
  log: EventLog,
): Promise<{ readonly decision: 'ALLOWED' }> {
  const { planeId, offboardingId, transition, idempotencyKey, request } = event;
  const entries = await ports.ledger.read(planeId);
  if (isSuperseded(foldLedger(entries), offboardingId))
    throw new OffboardingError(
      'OFFBOARDING_SUPERSEDED',
      `${offboardingId} was cancelled or replaced by another offboarding`,
    );
  const facts = await loadFacts(ports, planeId, entries, request);
  const attempt = attemptOf(event);
  const { decision, reasons } = decide(ports.policies, planeId, attempt, facts);
  log.info('gate decided', { transition, decision, reasons });
  const entry = { planeId, offboardingId, actor: 'workflow', reason: null };
  const [first] = reasons;
  if (first) {
    await ports.recorder.record({
      ...entry,
      type: 'BLOCKED',
      data: { transition, decision, reasons: reasons.map((reason) => ({ ...reason })) },
      // A key of its own: a refusal that is tried again must not answer for a later passage.
      idempotencyKey: `${idempotencyKey}/${decision.toLowerCase()}`,
    });
    throw new OffboardingError(first.code, first.message, { details: { transition, reasons } });
  }
  if (!isCommitted(attempt, facts))
    await ports.recorder.record({
      ...entry,
      type: 'GATE_PASSED',
      data: { transition, ...acknowledgedBy(attempt, facts) },
      idempotencyKey,
    });
  return { decision: 'ALLOWED' };
}

type Transition = Extract<Attempt, { action: 'deactivate' | 'purge' }>;

function attemptOf({ transition, request }: GateEvent): Transition {
  return transition === 'PURGED'
    ? { action: 'purge' }
    : { action: 'deactivate', acknowledgedDependents: request.acknowledgedDependents ?? [] };
}

function isCommitted({ action }: Transition, facts: PlaneFacts): boolean {
  return action === 'purge' ? facts.purgeCommitted : facts.deactivationCommitted;
}

/** Of what was acknowledged, what was there: whom the plane stops serving although they still name it. */
function acknowledgedBy(attempt: Transition, { dependents }: PlaneFacts) {
  return attempt.action === 'deactivate' && dependents.length > 0
    ? { acknowledgedDependents: dependents }
    : {};
}
