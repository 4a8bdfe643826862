import type { PlaneRecord, PlaneTombstone } from '../../lambdas/core/plane.ts';
import type { PlaneProjection, PlaneReader } from '../../lambdas/ports.ts';

export interface FakePlanes extends PlaneReader, PlaneProjection {
  readonly records: Map<string, PlaneRecord | PlaneTombstone>;
}

/** A registry in memory; a projection moves forward only. */
export function fakePlanes(...planes: readonly PlaneRecord[]): FakePlanes {
  const records = new Map<string, PlaneRecord | PlaneTombstone>(
    planes.map((plane) => [plane.planeId, plane]),
  );
  return {
    records,
    read: async (planeId) => records.get(planeId),
    async project(planeId, lifecycleState, ledgerSeq, holds) {
      const record = records.get(planeId);
      if (!record || record.ledgerSeq >= ledgerSeq) return;
      if (lifecycleState === 'PURGED') records.set(planeId, { planeId, lifecycleState, ledgerSeq });
      else {
        const { holds: _, ...rest } = record as PlaneRecord;
        records.set(planeId, { ...rest, lifecycleState, ledgerSeq, ...(holds > 0 && { holds }) });
      }
    },
  };
}
