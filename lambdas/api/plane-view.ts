import { isTombstone, type PlaneRecord, type PlaneTombstone } from '../core/plane.ts';

/** A plane as callers see it: as it was registered, with no more of its offboarding than the id. */
export function planeView(plane: PlaneRecord | PlaneTombstone): Readonly<Record<string, unknown>> {
  if (isTombstone(plane)) return { planeId: plane.planeId, lifecycleState: plane.lifecycleState };
  const { planeId, tenantId, name, type, stores, access, createdAt, createdBy } = plane;
  const { lifecycleState, holds = 0, offboarding } = plane;
  return {
    planeId,
    tenantId,
    name,
    type,
    stores,
    access,
    createdAt,
    createdBy,
    lifecycleState,
    holds,
    ...(offboarding && { offboardingId: offboarding.offboardingId }),
  };
}
