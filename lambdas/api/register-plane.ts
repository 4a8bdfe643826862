import type { ClaimHolder, StoreClaims } from '../adapters/claims-table.ts';
import type { PlaneRecord } from '../core/plane.ts';
import type { PlaneRegistry } from '../ports.ts';
import type { CreatePlaneBody } from './bodies/plane-body.ts';
import { assertWithinReach, type PlaneReach } from './plane-reach.ts';

// A registration ends within seconds: the gateway gives up after 29, the function after 30.
const ABANDONED_AFTER_MS = 5 * 60_000;

export interface RegisterPlanePorts {
  readonly registry: Pick<PlaneRegistry, 'read' | 'create'>;
  readonly claims: StoreClaims;
  readonly reach: PlaneReach;
  readonly newPlaneId: () => string;
}

/**
 * Claims every store and access point, then puts the plane on record. A crash between the two leaves claims of a plane
 * that was never registered; whoever wants the same place later takes it over.
 * @throws OffboardingError `STORE_OUT_OF_REACH`, `STORE_TAKEN`
 */
export async function registerPlane(
  ports: RegisterPlanePorts,
  { body, caller, now }: { body: CreatePlaneBody; caller: string; now: Date },
): Promise<PlaneRecord> {
  assertWithinReach(body, ports.reach);
  const plane: PlaneRecord = {
    planeId: ports.newPlaneId(),
    ...body,
    createdAt: now.toISOString(),
    createdBy: caller,
    lifecycleState: 'ACTIVE',
    ledgerSeq: 0,
  };
  await claimAll(ports, plane, now);
  // When this fails, nobody knows whether the plane is on record, so its claims stay.
  await ports.registry.create(plane);
  return plane;
}

async function claimAll(ports: RegisterPlanePorts, plane: PlaneRecord, now: Date): Promise<void> {
  const { planeId, stores, access } = plane;
  const isAbandoned = async (holder: ClaimHolder) =>
    now.getTime() - Date.parse(holder.claimedAt) > ABANDONED_AFTER_MS &&
    (await ports.registry.read(holder.planeId)) === undefined;
  try {
    for (const [index, store] of stores.entries())
      await ports.claims.claim(planeId, store, now, { field: `stores[${index}]`, isAbandoned });
    for (const [index, point] of access.entries())
      await ports.claims.claim(planeId, point, now, { field: `access[${index}]`, isAbandoned });
  } catch (error) {
    await ports.claims.release(planeId, [...stores, ...access]);
    throw error;
  }
}
