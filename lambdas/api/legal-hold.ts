import { OffboardingError } from '../core/errors.ts';
import { foldLedger } from '../core/fold-ledger.ts';
import type { LedgerEntry } from '../core/ledger-entry.ts';
import type { Hold } from '../core/ledger-state.ts';
import type { LedgerReader, Recorder } from '../ports.ts';
import type { HoldBody } from './bodies/hold-body.ts';

// Each round lost means that somebody has released, meanwhile, the very hold that was being placed.
const ROUNDS_MAX = 5;

export interface HoldPorts {
  readonly ledger: LedgerReader;
  readonly recorder: Recorder;
}

export interface HoldsView {
  readonly planeId: string;
  /** In force now, in the order in which they were placed. */
  readonly holds: readonly Hold[];
  /** The gate has let a purge pass: what it had destroyed before the first of these holds is gone. */
  readonly purgeBegun: boolean;
}

export function holdsView(planeId: string, entries: readonly LedgerEntry[]): HoldsView {
  const { holds, purgeCommitted } = foldLedger(entries);
  return { planeId, holds, purgeBegun: purgeCommitted };
}

/**
 * Puts a hold on the plane, beside those under other references; one that is in force under this reference is left as it is.
 * @returns what is in force once the hold is
 * @throws OffboardingError `PLANE_PURGED`, `LEDGER_CONTENTION`
 */
export async function placeHold(
  { ledger, recorder }: HoldPorts,
  planeId: string,
  { reference, reason }: HoldBody,
  caller: string,
): Promise<HoldsView> {
  for (let round = 1; round <= ROUNDS_MAX; round += 1) {
    const entries = await ledger.read(planeId);
    const view = holdsView(planeId, entries);
    if (view.holds.some((hold) => hold.reference === reference)) return view;
    if (foldLedger(entries).lifecycleState === 'PURGED')
      throw new OffboardingError('PLANE_PURGED', `${planeId} is purged, nothing is left to hold`);
    await recorder.record({
      planeId,
      // It is the plane that is held, whatever offboarding is under way.
      offboardingId: null,
      type: 'HOLD_PLACED',
      actor: caller,
      reason,
      data: { reference },
      // One key for whoever places it at the same time, another one after each release. Read again in the next round: an
      // entry under this key may be one that has been released since.
      idempotencyKey: `hold/${reference}/${lastEntry(entries, 'HOLD_RELEASED', reference)?.seq ?? 0}`,
    });
  }
  throw new OffboardingError(
    'LEDGER_CONTENTION',
    'the hold was released as often as it was placed; try again',
  );
}

/**
 * Takes back the hold under this reference, and no other.
 * @throws OffboardingError `NO_SUCH_HOLD`
 */
export async function releaseHold(
  { ledger, recorder }: HoldPorts,
  planeId: string,
  { reference, reason }: HoldBody,
  caller: string,
): Promise<void> {
  const entries = await ledger.read(planeId);
  const isHeld = foldLedger(entries).holds.some((hold) => hold.reference === reference);
  const placed = lastEntry(entries, 'HOLD_PLACED', reference);
  if (!isHeld || !placed)
    throw new OffboardingError('NO_SUCH_HOLD', 'no hold is placed under this reference');
  await recorder.record({
    planeId,
    offboardingId: null,
    type: 'HOLD_RELEASED',
    actor: caller,
    reason,
    data: { reference },
    idempotencyKey: `release/${reference}/${placed.seq}`,
  });
}

function lastEntry(
  entries: readonly LedgerEntry[],
  type: 'HOLD_PLACED' | 'HOLD_RELEASED',
  reference: string,
): LedgerEntry | undefined {
  return entries.findLast((entry) => entry.type === type && entry.data.reference === reference);
}
