import { OffboardingError } from '../core/errors.ts';
import { isSuperseded } from '../core/ledger-state.ts';
import type { EventLog } from '../event-log.ts';
import type { LedgerReader, Recorder } from '../ports.ts';
import { readLedgerState } from '../read-ledger-state.ts';
import { type FactPorts, loadFacts } from './facts.ts';
import type { GateEvent } from './gate-call.ts';
import type { Policy } from './policy.ts';

export interface GatePorts extends FactPorts {
  readonly ledger: LedgerReader;
  readonly recorder: Recorder;
  readonly policy: Policy;
}

/**
 * Lets a protected transition pass, or refuses it, and has either put on record before anything happens.
 * @throws OffboardingError with the code of the first reason when the policy does not allow it, `OFFBOARDING_SUPERSEDED`
 * when a cancel was faster
 */
export async function passGate(
  ports: GatePorts,
  event: GateEvent,
  log: EventLog,
): Promise<{ readonly decision: 'ALLOWED' }> {
  const { planeId, offboardingId, transition, idempotencyKey } = event;
  const ledger = await readLedgerState(ports.ledger, planeId);
  if (isSuperseded(ledger, offboardingId))
    throw new OffboardingError(
      'OFFBOARDING_SUPERSEDED',
      `${offboardingId} was cancelled or replaced by another offboarding`,
    );
  const facts = await loadFacts(ports, planeId, ledger, transition, event.request.requestedBy);
  const { decision, reasons } = await ports.policy(facts);
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
  if (!facts.committed)
    await ports.recorder.record({
      ...entry,
      type: 'GATE_PASSED',
      data: { transition },
      idempotencyKey,
    });
  return { decision: 'ALLOWED' };
}
