import { isTombstone, type PlaneRecord, type PlaneTombstone } from '../core/plane.ts';

/** A plane as callers see it: its record, with no more of its offboarding than the id. */
export function planeView(plane: PlaneRecord | PlaneTombstone): Readonly<Record<string, unknown>> {
  if (isTombstone(plane)) return { planeId: plane.planeId, lifecycleState: plane.lifecycleState };
  const { offboarding, ledgerSeq: _, ...described } = plane as PlaneRecord;
  return { ...described, ...(offboarding && { offboardingId: offboarding.offboardingId }) };
}
