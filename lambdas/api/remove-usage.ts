import { isOffboardingError } from '../core/errors.ts';
import type { RemovalData } from '../core/ledger-state.ts';
import type { LedgerReader, Recorder } from '../ports.ts';
import { readLedgerState } from '../read-ledger-state.ts';

export interface RemovalPorts {
  readonly ledger: LedgerReader;
  readonly recorder: Recorder;
}

export interface Removal extends RemovalData {
  readonly by: string;
  readonly now: Date;
}

/**
 * Removes a lease or a dependent that the policy gate allows the caller to remove. While the plane waits to be deactivated it is put on record
 * first, so that nothing is out of the way before the ledger says through whom. Who gives back a lease of their own is not: that is how every run ends.
 */
export async function removeUsage(
  ports: RemovalPorts,
  planeId: string,
  removal: Removal,
  remove: () => Promise<unknown>,
): Promise<void> {
  const isOrdinary = removal.use !== 'dependent' && removal.whose === removal.by;
  const state = isOrdinary ? undefined : await record(ports, planeId, removal);
  await remove();
  // Deregistered in between, it may have been counted: then it was in the way.
  if (state === 'ACTIVE') await record(ports, planeId, removal);
}

/** @returns the state in which the plane was found; another one than PENDING_DEACTIVATE has nothing in its way */
async function record({ ledger, recorder }: RemovalPorts, planeId: string, removal: Removal) {
  const { lifecycleState, offboarding } = await readLedgerState(ledger, planeId);
  if (lifecycleState !== 'PENDING_DEACTIVATE' || !offboarding) return lifecycleState;
  const { offboardingId } = offboarding;
  const { by, now, ...data } = removal;
  const { use, id, whose, declarationId } = data;
  // A lease has no declaration of its own.
  const which = declarationId ?? `${whose}/${now.toISOString().slice(0, 10)}`;
  try {
    await recorder.record({
      planeId,
      offboardingId,
      type: 'USAGE_REMOVED',
      actor: by,
      reason: null,
      data,
      // Tried again it is one removal; of leases it is one an id, holder and day.
      idempotencyKey: ['removed', offboardingId, use, id, which, by].join('/'),
    });
  } catch (error) {
    // It was cancelled or deactivated between our look at the ledger and the recorder's: there is nothing in its way either.
    const isOver =
      isOffboardingError(error, 'ILLEGAL_TRANSITION') ||
      isOffboardingError(error, 'OFFBOARDING_SUPERSEDED');
    if (!isOver) throw error;
  }
  return lifecycleState;
}
