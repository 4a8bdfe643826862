import { DEPENDENTS_MAX } from '../core/dependents-max.ts';
import { OffboardingError } from '../core/errors.ts';
import { assertMayDeclare } from '../core/ledger-guards.ts';
import type { LedgerState, RemovalData } from '../core/ledger-state.ts';
import { findPlane } from '../find-plane.ts';
import type { Dependent, GateQuestion, PolicyGate, UsageReader, UsageWriter } from '../ports.ts';
import { putDependentSchema, putLeaseSchema } from './bodies/usage-body.ts';
import { type Answer, type Route, route } from './http.ts';
import { assertServing, noticeUse, type Use, type UsePorts } from './notice-use.ts';
import { removeUsage } from './remove-usage.ts';

export interface UsageRoutePorts extends UsePorts {
  readonly usage: UsageWriter;
  readonly dependentsOf: UsageReader['dependents'];
  readonly gate: PolicyGate;
  readonly newDeclarationId: () => string;
}

const NO_CONTENT: Answer = { status: 204 };

/** Who needs a plane now: leases of runs and queries, which expire, and dependents, which stay until they are deleted. */
export function usageRoutes(ports: UsageRoutePorts): readonly Route[] {
  const { planes, usage, dependentsOf, gate } = ports;

  /**
   * Written first and then put on record: a lease that the ledger knew before it exists could be missed by the deactivation. A
   * crash in between leaves one that nobody was granted; it can only delay the deactivation, and expires or is put again.
   * @param put answers what has come of it, and how to bring back what was there before; it is told where the plane stands
   */
  async function take(
    planeId: string,
    use: Omit<Use, 'declarationId'>,
    put: (state: LedgerState) => Promise<{ declarationId?: string; undo: () => Promise<unknown> }>,
  ) {
    const { undo, ...written } = await put(await assertServing(ports, planeId));
    await orUndo(undo, () => noticeUse(ports, planeId, { ...use, ...written }));
  }

  /** @param remove deletes what the gate has found, and nothing that has come under the same id since */
  async function giveUp(
    question: GateQuestion & { readonly usageId: string },
    now: Date,
    remove: (found: Omit<RemovalData, 'id'>) => Promise<unknown>,
  ): Promise<Answer> {
    const { planeId, usageId, caller } = question;
    await findPlane(planes, planeId);
    const answer = await gate.authorise(question);
    if (answer.decision === 'ALLOWED' && answer.removes) {
      const { removes } = answer;
      const removal = { ...removes, id: usageId, by: caller.identity, now };
      await removeUsage(ports, planeId, removal, () => remove(removes));
    }
    return NO_CONTENT;
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
          const before = await usage.putLease(planeId, lease, now);
          const undo = () =>
            before?.heldBy === caller
              ? usage.putLease(planeId, before, now)
              : usage.deleteLease(planeId, leaseId, caller);
          return { undo };
        });
        return { status: 200, body: { planeId, ...lease } };
      },
    }),
    route({
      method: 'DELETE',
      resource: '/planes/{planeId}/leases/{leaseId}',
      answer({ path: { planeId, leaseId: usageId }, principal, now }) {
        const question = { action: 'removeLease', planeId, usageId, caller: principal } as const;
        return giveUp(question, now, ({ whose }) => usage.deleteLease(planeId, usageId, whose));
      },
    }),
    route({
      method: 'PUT',
      resource: '/planes/{planeId}/dependents/{dependentId}',
      body: putDependentSchema,
      async answer({ path: { planeId, dependentId }, body, caller, now }) {
        const dependent: Dependent = { dependentId, kind: body.kind, declaredBy: caller };
        await take(planeId, { use: 'dependent', by: caller, now }, async (state) => {
          const there = await dependentsOf(planeId);
          const isNew = there.every((other) => other.dependentId !== dependentId);
          // Before it is written as well: what stands for a moment only could stop a deactivation.
          if (isNew) assertRoom(there.length + 1);
          if (isNew) assertMayDeclare(state, caller);
          const declarationId = ports.newDeclarationId();
          const before = await usage.putDependent(planeId, { ...dependent, declarationId });
          const undo = () =>
            before
              ? usage.putDependent(planeId, before)
              : usage.deleteDependent(planeId, dependentId, { declaredBy: caller, declarationId });
          // Two who see the last place free both write, and count again: then neither has it, and the plane never has more
          // than it may.
          if (isNew)
            await orUndo(undo, async () => assertRoom((await dependentsOf(planeId)).length));
          return { declarationId: before?.declarationId ?? declarationId, undo };
        });
        return { status: 200, body: { planeId, ...dependent } };
      },
    }),
    route({
      method: 'DELETE',
      resource: '/planes/{planeId}/dependents/{dependentId}',
      answer({ path: { planeId, dependentId: usageId }, principal, now }) {
        const question = {
          action: 'removeDependent',
          planeId,
          usageId,
          caller: principal,
        } as const;
        return giveUp(question, now, ({ whose, declarationId }) =>
          usage.deleteDependent(planeId, usageId, {
            declaredBy: whose,
            ...(declarationId !== undefined && { declarationId }),
          }),
        );
      },
    }),
  ];
}

async function orUndo(undo: () => Promise<unknown>, attempt: () => Promise<void>): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    await undo();
    throw error;
  }
}

function assertRoom(dependents: number): void {
  if (dependents > DEPENDENTS_MAX)
    throw new OffboardingError(
      'TOO_MANY_DEPENDENTS',
      `a plane has ${DEPENDENTS_MAX} dependents at most`,
    );
}
