import { findPlane } from '../find-plane.ts';
import type { Dependent, UsageWriter } from '../ports.ts';
import { putDependentSchema, putLeaseSchema } from './bodies/usage-body.ts';
import { type Answer, type Route, route } from './http.ts';
import { assertServing, noticeUse, type Use, type UsePorts } from './notice-use.ts';

export interface UsageRoutePorts extends UsePorts {
  readonly usage: UsageWriter;
  readonly newDeclarationId: () => string;
}

const NO_CONTENT: Answer = { status: 204 };

/** Who needs a plane now: leases of runs and queries, which expire, and dependents, which stay until they are deleted. */
export function usageRoutes(ports: UsageRoutePorts): readonly Route[] {
  const { planes, usage } = ports;

  /**
   * Written first and then put on record: a lease that the ledger knew before it exists could be missed by the deactivation. A
   * crash in between leaves one that nobody was granted; it can only delay the deactivation, and expires or is put again.
   * @param put answers what has come of it, and how to bring back what was there before
   */
  async function take(
    planeId: string,
    use: Omit<Use, 'declarationId'>,
    put: () => Promise<{ declarationId?: string; undo: () => Promise<unknown> }>,
  ) {
    await assertServing(ports, planeId);
    const { undo, ...written } = await put();
    try {
      await noticeUse(ports, planeId, { ...use, ...written });
    } catch (error) {
      await undo();
      throw error;
    }
  }

  return [
    route({
      method: 'PUT',
      resource: '/planes/{planeId}/leases/{leaseId}',
      body: putLeaseSchema,
      async answer({ path: { planeId, leaseId }, body: { kind, ttlSeconds }, caller, now }) {
        const expiresAt = new Date(now.getTime() + ttlSeconds * 1000).toISOString();
        const lease = { leaseId, kind, heldBy: caller, expiresAt };
        await take(planeId, { use: kind, by: caller, now }, async () => {
          const before = await usage.putLease(planeId, lease);
          const undo = () =>
            before ? usage.putLease(planeId, before) : usage.deleteLease(planeId, leaseId);
          return { undo };
        });
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
      async answer({ path: { planeId, dependentId }, body, caller, now }) {
        const dependent: Dependent = { dependentId, kind: body.kind, declaredBy: caller };
        await take(planeId, { use: 'dependent', by: caller, now }, async () => {
          const declarationId = ports.newDeclarationId();
          const before = await usage.putDependent(planeId, { ...dependent, declarationId });
          const undo = () =>
            before
              ? usage.putDependent(planeId, before)
              : usage.deleteDependent(planeId, dependentId);
          return { declarationId: before?.declarationId ?? declarationId, undo };
        });
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
