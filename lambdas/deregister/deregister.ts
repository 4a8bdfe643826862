import type { StageContext, StageHandler, StageResult } from '../contract.ts';
import type { DeregisterData } from '../core/ledger-state.ts';
import type { Lease, UsageReader } from '../ports.ts';

const DAY_MS = 86_400_000;
// The ledger and the workflow's state hold at most this many ids; the count beside them is of all.
const DEPENDENTS_LISTED = 100;

export interface DeregisterPorts {
  readonly usage: UsageReader;
  /** The environment's floor, in days; a request cannot go under it. */
  readonly gracePeriodFloorDays: number;
}

/** Takes a plane out of the register of those in service (GAP-078): nobody may be using it, and its grace period begins. */
export function createDeregister(ports: DeregisterPorts): StageHandler<DeregisterData> {
  return {
    stageName: 'deregister',
    handlesStates: ['ACTIVE'],

    validate({ request: { force, forceReason, gracePeriodDays } }) {
      if (force)
        return forceReason ? undefined : 'the grace period is skipped only for a stated reason';
      if (gracePeriodDays < ports.gracePeriodFloorDays)
        return `the grace period is ${gracePeriodDays} day(s), at least ${ports.gracePeriodFloorDays} are required here`;
      return undefined;
    },

    async execute(context): Promise<StageResult<DeregisterData>> {
      const { planeId, now } = context;
      try {
        const leases = await ports.usage.activeLeases(planeId, now);
        if (leases.length > 0) return activeReferences(leases);
        const dependents = await ports.usage.dependents(planeId);
        const ids = dependents.map(({ dependentId }) => dependentId).sort();
        return deregistered(context, ids);
      } catch (error) {
        if (!isPermanent(error)) throw error;
        return {
          status: 'failure',
          errorCode: 'DEREGISTER_FAILED',
          message: `the plane's usage cannot be read: ${error.name}`,
          errorDetails: { error },
        };
      }
    },
  };
}

function deregistered(
  { request, now }: StageContext,
  dependents: readonly string[],
): StageResult<DeregisterData> {
  const graceMs = request.force ? 0 : request.gracePeriodDays * DAY_MS;
  const gracePeriodEnd = new Date(now.getTime() + graceMs).toISOString();
  return {
    status: 'success',
    message: `deregistered; the grace period ends at ${gracePeriodEnd}`,
    data: {
      deregistrationRequestedAt: now.toISOString(),
      gracePeriodDays: request.gracePeriodDays,
      gracePeriodEnd,
      dependents: dependents.slice(0, DEPENDENTS_LISTED),
      dependentCount: dependents.length,
      canCancel: graceMs > 0,
    },
  };
}

function activeReferences(leases: readonly Lease[]): StageResult<DeregisterData> {
  const runs = leases.filter(({ kind }) => kind === 'run').length;
  const queries = leases.length - runs;
  return {
    status: 'failure',
    errorCode: 'ACTIVE_REFERENCES',
    message: `${leases.length} active reference(s): ${runs} run(s), ${queries} query lease(s)`,
    errorDetails: { leaseIds: leases.map(({ leaseId }) => leaseId) },
  };
}

// Everything else may pass by itself and keeps the name that the workflow retries.
const PERMANENT_ERRORS: readonly string[] = [
  'AccessDeniedException',
  'ResourceNotFoundException',
  'ValidationException',
];

function isPermanent(error: unknown): error is Error {
  return error instanceof Error && PERMANENT_ERRORS.includes(error.name);
}
