import { isOffboardingError, OffboardingError } from '../core/errors.ts';
import { foldLedger } from '../core/fold-ledger.ts';
import { extendedGracePeriodEnd, type UseDuringGrace } from '../core/grace-use.ts';
import type { LedgerState, UseData } from '../core/ledger-state.ts';
import { isTombstone } from '../core/plane.ts';
import { findPlane } from '../find-plane.ts';
import type { LedgerReader, PlaneReader, Recorder } from '../ports.ts';

// Each round lost means that the grace period was extended or cancelled between our look at the ledger and the recorder's.
const ROUNDS_MAX = 5;

export interface UsePorts {
  readonly planes: PlaneReader;
  readonly ledger: LedgerReader;
  readonly recorder: Recorder;
  readonly useDuringGrace: UseDuringGrace;
}

export interface Use {
  readonly use: UseData['use'];
  /** Of a dependent: told by the table that holds it. */
  readonly declarationId?: string;
  readonly by: string;
  readonly now: Date;
}

/**
 * @throws OffboardingError `PLANE_NOT_FOUND`, `PLANE_NOT_SERVING`
 */
export async function assertServing(
  { planes, ledger }: Pick<UsePorts, 'planes' | 'ledger'>,
  planeId: string,
): Promise<LedgerState> {
  if (isTombstone(await findPlane(planes, planeId))) throw notServing(planeId);
  return readServing(ledger, planeId);
}

/**
 * Puts a use of the plane on record, if its grace period runs: once a caller, kind of use and UTC day, and each declaration of a
 * dependent once. To be called when the lease or the dependent has been written, because only then is it certain that the
 * deactivation sees it: whatever passes the gate after this look at the ledger counts the leases once more before it takes
 * anything away, and the entry about a dependent makes a gate that has not seen it look again.
 * @throws OffboardingError `PLANE_NOT_SERVING`: the gate was faster, and the use must not stand; `TOO_MANY_DECLARATIONS`: nor must this
 */
export async function noticeUse(ports: UsePorts, planeId: string, use: Use): Promise<void> {
  for (let round = 1; round <= ROUNDS_MAX; round += 1) {
    const state = await readServing(ports.ledger, planeId);
    if (state.lifecycleState === 'ACTIVE' || isNoticed(state, use)) return;
    if (await record(ports, planeId, state, use)) return;
  }
  throw new OffboardingError(
    'LEDGER_CONTENTION',
    `${planeId} is used by many at the same time; try again`,
  );
}

/** @returns false when the ledger has changed meanwhile: look again */
async function record(
  { recorder, useDuringGrace }: UsePorts,
  planeId: string,
  state: LedgerState,
  { use, by, now, ...used }: Use,
): Promise<boolean> {
  const { offboarding } = state;
  // Of a declaration that stands and has its entry, only that it was said again today is new.
  const declarationId = isOnRecord(state, used.declarationId) ? undefined : used.declarationId;
  const gracePeriodEnd =
    offboarding && useDuringGrace === 'extend'
      ? extendedGracePeriodEnd(offboarding, now)
      : undefined;
  const { offboardingId = null } = offboarding ?? {};
  try {
    await recorder.record({
      planeId,
      offboardingId,
      type: 'USE_NOTICED',
      actor: by,
      reason: null,
      data: {
        use,
        ...(declarationId !== undefined && { declarationId }),
        ...(gracePeriodEnd !== undefined && { gracePeriodEnd }),
      },
      idempotencyKey: [
        ...['use', offboardingId, use, dayOf(now.toISOString()), by],
        ...(declarationId === undefined ? [] : [declarationId]),
      ].join('/'),
    });
    return true;
  } catch (error) {
    // Somebody else's use has extended the grace period as far, or the offboarding was cancelled.
    if (
      isOffboardingError(error, 'ILLEGAL_TRANSITION') ||
      isOffboardingError(error, 'OFFBOARDING_SUPERSEDED')
    )
      return false;
    throw error;
  }
}

async function readServing(ledger: LedgerReader, planeId: string): Promise<LedgerState> {
  const state = foldLedger(await ledger.read(planeId));
  const serves = state.lifecycleState === 'ACTIVE' || state.lifecycleState === 'PENDING_DEACTIVATE';
  // Once the gate has let the deactivation pass, a new user would be cut off at any moment.
  if (!serves || state.deactivationCommitted) throw notServing(planeId);
  return state;
}

function isNoticed(state: LedgerState, { use, declarationId, by, now }: Use): boolean {
  if (declarationId !== undefined && !isOnRecord(state, declarationId)) return false;
  const today = dayOf(now.toISOString());
  return state.noticedUses.some(
    (noticed) => noticed.by === by && noticed.use === use && dayOf(noticed.at) === today,
  );
}

function isOnRecord({ noticedUses }: LedgerState, declarationId: string | undefined): boolean {
  return noticedUses.some((noticed) => noticed.declarationId === declarationId);
}

function dayOf(time: string): string {
  return time.slice(0, 10);
}

function notServing(planeId: string): OffboardingError {
  return new OffboardingError('PLANE_NOT_SERVING', `${planeId} is being or has been deactivated`);
}
