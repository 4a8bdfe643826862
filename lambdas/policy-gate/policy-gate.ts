import { acknowledgedDependents } from '../core/acknowledged-dependents.ts';
import { isOffboardingError, OffboardingError } from '../core/errors.ts';
import { foldLedger } from '../core/fold-ledger.ts';
import { assertNotSuperseded } from '../core/ledger-guards.ts';
import type { LedgerState, PassageData } from '../core/ledger-state.ts';
import type { EventLog } from '../event-log.ts';
import type { LedgerReader, Recorder } from '../ports.ts';
import { readChain } from '../read-ledger-state.ts';
import type { Attempt } from './attempt.ts';
import { decide, type Policies } from './decide.ts';
import { type FactPorts, factsOf, type PlaneFacts, readUsage } from './facts.ts';
import type { GateEvent } from './gate-call.ts';

// Each round lost means that something else was written between our look and the recorder's: a hold, a use, a dependent.
const ROUNDS_MAX = 5;

export interface GatePorts extends FactPorts {
  readonly ledger: LedgerReader;
  readonly recorder: Recorder;
  readonly policies: Policies;
}

interface Passage {
  readonly decision: 'ALLOWED';
}

/**
 * Lets a protected transition pass, or refuses it, and has either put on record before anything happens. What is written
 * while it decides makes it decide again.
 * @throws OffboardingError with the code of the first reason when the policies do not allow it, `OFFBOARDING_SUPERSEDED`
 * when a cancel was faster, `LEDGER_CONTENTION` when others wrote in every round
 */
export async function passGate(
  ports: GatePorts,
  event: GateEvent,
  log: EventLog,
): Promise<Passage> {
  for (let round = 1; ; round += 1) {
    try {
      return await decideOnce(ports, event, log);
    } catch (error) {
      if (round === ROUNDS_MAX || !isOffboardingError(error, 'LEDGER_CONTENTION')) throw error;
      log.info('gate decides again', { transition: event.transition, round });
    }
  }
}

async function decideOnce(ports: GatePorts, event: GateEvent, log: EventLog): Promise<Passage> {
  const { planeId, offboardingId, transition, idempotencyKey, request } = event;
  const entries = await readChain(ports.ledger, planeId);
  const ledger = foldLedger(entries);
  assertNotSuperseded(ledger, offboardingId);
  const facts = factsOf(ports, entries, await readUsage(ports, planeId), request);
  const attempt = attemptOf(event, ledger);
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
      data: { ...passageOf(attempt, transition, ledger, facts) },
      idempotencyKey,
    });
  return { decision: 'ALLOWED' };
}

type Transition = Extract<Attempt, { action: 'deactivate' | 'purge' }>;

/** Who was acknowledged is read from the ledger too: there it stands with who has said so. */
function attemptOf({ transition }: GateEvent, ledger: LedgerState): Transition {
  return transition === 'PURGED'
    ? { action: 'purge' }
    : { action: 'deactivate', acknowledgedDependents: acknowledgedDependents(ledger) };
}

function isCommitted({ action }: Transition, facts: PlaneFacts): boolean {
  return action === 'purge' ? facts.purgeCommitted : facts.deactivationCommitted;
}

function passageOf(
  { action }: Transition,
  transition: GateEvent['transition'],
  { factsSeq }: LedgerState,
  { dependents }: PlaneFacts,
) {
  // Of a purge everything that counts is in the ledger, whose rule judges it by itself.
  if (action === 'purge') return { transition } satisfies PassageData;
  return {
    transition,
    // Usage was read after this ledger was: who is not counted has yet to write an entry, behind this one.
    decidedAtSeq: factsSeq,
    // Of what was acknowledged, what was there: whom the plane stops serving although they still name it.
    ...(dependents.length > 0 && { acknowledgedDependents: dependents }),
  } satisfies PassageData;
}
