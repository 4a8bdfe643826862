import { OffboardingError } from '../core/errors.ts';
import { foldLedger } from '../core/fold-ledger.ts';
import { isTombstone } from '../core/plane.ts';
import type { LedgerReader, PlaneReader, UsageWriter } from '../ports.ts';
import { findPlane } from './find-plane.ts';
import { type Answer, type Route, route } from './http.ts';
import { putDependentSchema, putLeaseSchema } from './schemas.ts';

export interface UsageRoutePorts {
  readonly planes: PlaneReader;
  readonly ledger: LedgerReader;
  readonly usage: UsageWriter;
}

const NO_CONTENT: Answer = { status: 204 };

/** Who needs a plane now: leases of runs and queries, which expire, and dependents, which stay until they are deleted. */
export function usageRoutes({ planes, ledger, usage }: UsageRoutePorts): readonly Route[] {
  /** @throws OffboardingError `PLANE_NOT_FOUND`, `PLANE_NOT_SERVING` */
  async function assertServing(planeId: string): Promise<void> {
    const plane = await findPlane(planes, planeId);
    const state = foldLedger(await ledger.read(planeId));
    const serves =
      state.lifecycleState === 'ACTIVE' || state.lifecycleState === 'PENDING_DEACTIVATE';
    // Once the gate has let the deactivation pass, a new user would be cut off at any moment.
    if (isTombstone(plane) || !serves || state.deactivationCommitted)
      throw new OffboardingError(
        'PLANE_NOT_SERVING',
        `${planeId} is being or has been deactivated`,
      );
  }

  return [
    route({
      method: 'PUT',
      resource: '/planes/{planeId}/leases/{leaseId}',
      body: putLeaseSchema,
      async answer({ path: { planeId, leaseId }, body, caller, now }) {
        await assertServing(planeId);
        const expiresAt = new Date(now.getTime() + body.ttlSeconds * 1000).toISOString();
        const lease = { leaseId, kind: body.kind, heldBy: caller, expiresAt };
        await usage.putLease(planeId, lease);
        return { status: 200, body: { planeId, ...lease } };
      },
    }),
    route({
      method: 'DELETE',
      resource: '/planes/{planeId}/leases/{leaseId}',
      async answer({ path: { planeId, leaseId } }) {
        await findPlane(planes, planeId);
        await usage.deleteLease(planeId, leaseId);
        return NO_CONTENT;
      },
    }),
    route({
      method: 'PUT',
      resource: '/planes/{planeId}/dependents/{dependentId}',
      body: putDependentSchema,
      async answer({ path: { planeId, dependentId }, body, caller }) {
        await assertServing(planeId);
        const dependent = { dependentId, kind: body.kind, declaredBy: caller };
        await usage.putDependent(planeId, dependent);
        return { status: 200, body: { planeId, ...dependent } };
      },
    }),
    route({
      method: 'DELETE',
      resource: '/planes/{planeId}/dependents/{dependentId}',
      async answer({ path: { planeId, dependentId } }) {
        await findPlane(planes, planeId);
        await usage.deleteDependent(planeId, dependentId);
        return NO_CONTENT;
      },
    }),
  ];
}
