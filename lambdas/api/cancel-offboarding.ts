import { isOffboardingError, OffboardingError } from '../core/errors.ts';
import { foldLedger } from '../core/fold-ledger.ts';
import type { LedgerState } from '../core/ledger-state.ts';
import { findPlane } from '../find-plane.ts';
import type { LedgerReader, PlaneReader, Recorder } from '../ports.ts';
import { latestExecution } from './latest-execution.ts';
import { type OffboardingView, offboardingView } from './offboarding-status.ts';
import type { Executions } from './ports.ts';

const REASON = 'cancelled by request';

export interface CancelPorts {
  readonly planes: PlaneReader;
  readonly ledger: LedgerReader;
  readonly recorder: Recorder;
  readonly executions: Executions;
}

/**
 * Brings a plane back to ACTIVE while its grace period runs. The ledger decides; then the execution is stopped, and one
 * that was not stopped would find itself overtaken. A cancel that was carried out may be repeated.
 * @throws OffboardingError `PLANE_NOT_FOUND`, `NO_OFFBOARDING`, `NOT_CANCELLABLE`, `CANCEL_TOO_LATE`
 */
export async function cancelOffboarding(
  ports: CancelPorts,
  planeId: string,
  { caller, now }: { caller: string; now: Date },
): Promise<OffboardingView> {
  const plane = await findPlane(ports.planes, planeId);
  const entries = await ports.ledger.read(planeId);
  const latest = latestExecution(plane, entries, ports.executions);
  if (!latest) throw new OffboardingError('NO_OFFBOARDING', `${planeId} was never offboarded`);
  const state = foldLedger(entries);
  const { offboardingId } = latest;
  if (!state.cancelledOffboardings.includes(offboardingId)) {
    assertMayCancel(state, offboardingId);
    await recordCancel(ports.recorder, planeId, offboardingId, caller);
  }
  await ports.executions.stop(latest.executionArn, REASON);
  return offboardingView(planeId, await ports.ledger.read(planeId), latest, undefined, now);
}

/** The recorder decides on the grace period; this only says better why not. */
function assertMayCancel({ lifecycleState }: LedgerState, offboardingId: string): void {
  if (lifecycleState === 'ACTIVE')
    throw new OffboardingError(
      'NOT_CANCELLABLE',
      `${offboardingId} has not been deregistered, the plane is ACTIVE`,
    );
  if (lifecycleState !== 'PENDING_DEACTIVATE') throw tooLate(offboardingId);
}

async function recordCancel(
  recorder: Recorder,
  planeId: string,
  offboardingId: string,
  caller: string,
): Promise<void> {
  try {
    await recorder.record({
      planeId,
      offboardingId,
      type: 'TRANSITION',
      to: 'ACTIVE',
      actor: caller,
      reason: REASON,
      data: {},
      idempotencyKey: `cancel/${offboardingId}`,
    });
  } catch (error) {
    // ILLEGAL_TRANSITION: the deactivation was recorded between our look at the ledger and the recorder's.
    if (
      isOffboardingError(error, 'GRACE_PERIOD_OVER') ||
      isOffboardingError(error, 'ILLEGAL_TRANSITION')
    )
      throw tooLate(offboardingId);
    throw error;
  }
}

function tooLate(offboardingId: string): OffboardingError {
  return new OffboardingError('CANCEL_TOO_LATE', `the grace period of ${offboardingId} is over`);
}
