import { OffboardingError } from '../core/errors.ts';
import type { LedgerState } from '../core/ledger-state.ts';
import type { PlaneRecord } from '../core/plane.ts';
import { type PurgeScope, type ScopePart, totals } from '../core/scope.ts';
import { NOTHING_TALLIED, type Tally } from '../core/tally.ts';
import { purgeTargets, type ScopePorts } from './purge-targets.ts';
import { tallyParts } from './tally-parts.ts';

/** The scope, or how far its measurement has come. */
export type Measurement = { readonly scope: PurgeScope } | { readonly tally: Tally };

/**
 * Counts what a purge of this plane would destroy now, every version and delete marker of it. A request lists 1,000 versions
 * in 100 to 250 ms, so an invocation of 15 minutes counts some 3 to 8 million; larger planes take several.
 * @throws OffboardingError `WRONG_STATE` when the ledger knows of no archive; whatever a listing throws
 */
export function measureScope(ports: ScopePorts) {
  return async (
    plane: PlaneRecord,
    ledger: LedgerState,
    { from = NOTHING_TALLIED, outOfTime = () => false }: MeasurementLimits = {},
  ): Promise<Measurement> => {
    const targets = await purgeTargets(ports, plane);
    const { tally, complete } = await tallyParts(
      { targets, pages: ({ store }, mark) => store.countPages(mark), outOfTime },
      from,
    );
    return complete ? { scope: scopeOf(plane, ledger, tally.counted) } : { tally };
  };
}

export interface MeasurementLimits {
  /** Where an earlier invocation stopped. */
  readonly from?: Tally | undefined;
  /** Asked before every page. */
  readonly outOfTime?: () => boolean;
}

/** @throws OffboardingError `WRONG_STATE` when the ledger knows of no archive */
export function scopeOf(
  { planeId }: PlaneRecord,
  { archive, offboarding }: LedgerState,
  parts: readonly ScopePart[],
): PurgeScope {
  if (!archive || !offboarding)
    throw new OffboardingError('WRONG_STATE', `${planeId} has no archive on record`);
  return {
    planeId,
    offboardingId: offboarding.offboardingId,
    manifestHash: archive.manifestHash,
    archivedCount: archive.objectCount,
    archivedBytes: archive.archiveSizeBytes,
    parts,
    ...totals(parts),
  };
}
