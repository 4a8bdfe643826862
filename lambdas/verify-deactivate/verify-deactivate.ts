import type { StageHandler, StageResult } from '../contract.ts';
import { type UseDuringGrace, usesToAnswer } from '../core/grace-use.ts';
import type { UsageReader } from '../ports.ts';

export interface VerifyDeactivateData {
  readonly verifiedAt: string;
  readonly gracePeriodPassed: boolean;
  readonly forceUsed: boolean;
  /** Counted just now; a success is always 0. */
  readonly activeUsageCount: number;
}

/** Verifies that a plane can stop serving (GAP-079): its grace period is over, or was forced, and nobody uses it. */
export function createVerifyDeactivate(ports: {
  readonly usage: UsageReader;
  readonly useDuringGrace: UseDuringGrace;
}): StageHandler<VerifyDeactivateData> {
  return {
    stageName: 'verify_deactivate',
    handlesStates: ['PENDING_DEACTIVATE'],

    validate({ ledger }) {
      return ledger.offboarding ? undefined : 'the ledger knows of no deregistration';
    },

    async execute({ planeId, ledger, now }): Promise<StageResult<VerifyDeactivateData>> {
      // What counts is what was recorded when the grace period began, not what this execution was started with.
      const { gracePeriodEnd = '', request } = ledger.offboarding ?? {};
      const gracePeriodPassed = now >= new Date(gracePeriodEnd);
      const forceUsed = request?.force === true;
      if (!gracePeriodPassed && !forceUsed)
        return {
          status: 'failure',
          errorCode: 'GRACE_PERIOD_ACTIVE',
          message: `the grace period ends at ${gracePeriodEnd}`,
          errorDetails: { gracePeriodEnd, now: now.toISOString() },
        };
      const uses = usesToAnswer(ledger, ports.useDuringGrace);
      if (uses.length > 0)
        return {
          status: 'failure',
          errorCode: 'PLANE_IN_USE',
          message: `the plane was used ${uses.length} time(s) during its grace period; start again to go on all the same`,
          errorDetails: { uses },
        };
      const leases = await ports.usage.activeLeases(planeId, now);
      if (leases.length > 0)
        return {
          status: 'failure',
          errorCode: 'ACTIVE_USAGE',
          message: `${leases.length} lease(s) are still held`,
          errorDetails: { leaseIds: leases.map(({ leaseId }) => leaseId) },
        };
      return {
        status: 'success',
        message: 'the plane is not in use and may be deactivated',
        data: {
          verifiedAt: now.toISOString(),
          gracePeriodPassed,
          forceUsed,
          activeUsageCount: leases.length,
        },
      };
    },
  };
}
