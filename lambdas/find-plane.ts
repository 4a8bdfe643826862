import { OffboardingError } from './core/errors.ts';
import type { PlaneRecord, PlaneTombstone } from './core/plane.ts';
import type { PlaneReader } from './ports.ts';

/** @throws OffboardingError `PLANE_NOT_FOUND`. What is left of a purged plane counts as found. */
export async function findPlane(
  planes: PlaneReader,
  planeId: string,
): Promise<PlaneRecord | PlaneTombstone> {
  const plane = await planes.read(planeId);
  if (!plane) throw new OffboardingError('PLANE_NOT_FOUND', `${planeId} is not registered`);
  return plane;
}
