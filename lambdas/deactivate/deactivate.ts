import type { AccessPoint, ClosingReport } from '../access/access-point.ts';
import type { StageHandler, StageResult } from '../contract.ts';
import { hashOf } from '../core/canonical.ts';
import { isOffboardingError, type OffboardingError } from '../core/errors.ts';
import type { AccessPointDescriptor, StoreDescriptor } from '../core/plane.ts';
import { createHoldWatch } from '../hold-watch.ts';
import type { LedgerReader, UsageReader } from '../ports.ts';
import type { Store } from '../stores/store.ts';
import { dataPreserved, glance } from './glance.ts';

export interface DeactivatePorts {
  readonly ledger: LedgerReader;
  readonly usage: UsageReader;
  readonly accessPointFor: (descriptor: AccessPointDescriptor) => AccessPoint;
  readonly storeFor: (descriptor: StoreDescriptor) => Store;
}

export interface DeactivateData {
  readonly deactivatedAt: string;
  /** Every endpoint was seen refusing a query, or does not exist any more. */
  readonly endpointDisabled: boolean;
  readonly endpointCount: number;
  readonly endpointsAlreadyAbsent: number;
  /** What an operator needs to open an endpoint again; 0 after a repeated run, null when nothing was reserved. */
  readonly endpoints: readonly {
    readonly ref: string;
    readonly reservedConcurrencyBefore: number | null;
  }[];
  readonly tokensRevoked: number;
  readonly tokensAlreadyRevoked: number;
  /** Observed: every record on the first page of each store's listing was still there afterwards. */
  readonly dataPreserved: boolean;
}

/** Takes the plane out of reach: tokens first, then endpoints, then proof that a query is refused. Deletes nothing. */
export function createDeactivate(ports: DeactivatePorts): StageHandler<DeactivateData> {
  return {
    stageName: 'deactivate',
    handlesStates: ['PENDING_DEACTIVATE'],
    destructive: true,
    validate: () => undefined,
    async execute(context): Promise<StageResult<DeactivateData>> {
      const { planeId, plane, ledger, now } = context;
      if (!ledger.deactivationCommitted)
        return failure('the policy gate has not allowed DEACTIVATED', {});
      // Since the gate has passed nobody is let in any more. This finds who was, after the verification had counted.
      const leases = await ports.usage.activeLeases(planeId, now);
      if (leases.length > 0)
        return failure(
          `${leases.length} lease(s) are still held`,
          { leaseIds: leases.map(({ leaseId }) => leaseId) },
          'ACTIVE_USAGE',
        );
      const stores = plane.stores.map(ports.storeFor);
      const access = plane.access.map(ports.accessPointFor);
      const tokens = access.filter(({ descriptor }) => descriptor.kind === 'token-partition');
      const endpoints = access.filter(({ descriptor }) => descriptor.kind === 'query-endpoint');

      const before = await forEach(stores, (store) => glance(store, 1));
      const mayGoOn = createHoldWatch(ports.ledger, context);
      const close = (point: AccessPoint) => point.close(now, mayGoOn);
      // A live token is worth more to whoever holds it than an endpoint, and endpoints can be reached by other names.
      const revocations = await forEach(tokens, close);
      const closings = await forEach(endpoints, close);
      const held = [revocations, closings].flatMap(failed).find(isLegalHold);
      // A probe of an endpoint that was left open would get through.
      if (held) return failure(held.message, {}, 'LEGAL_HOLD');
      const proofs = await forEach([...tokens, ...endpoints], (point) => point.proveClosed());
      const after = await forEach(stores, (store) => glance(store, 2));

      const accepted = done(proofs).filter(({ refused }) => !refused).length;
      const errors = [revocations, closings, proofs, before, after].flatMap(failed);
      const revoked = sum(done(revocations), 'closed');
      if (errors.length > 0 || accepted > 0)
        return failure(
          `${accepted} of ${access.length} access points still let queries in, ${errors.length} calls failed, ${revoked} tokens were revoked`,
          { proofs: done(proofs), errors: errors.map(String) },
        );
      return {
        status: 'success',
        message: `${revoked} token(s) revoked, ${endpoints.length} endpoint(s) refuse queries`,
        data: {
          deactivatedAt: now.toISOString(),
          endpointDisabled: true,
          endpointCount: endpoints.length,
          endpointsAlreadyAbsent: sum(done(closings), 'alreadyAbsent'),
          endpoints: await endpointRecords(endpoints, done(closings)),
          tokensRevoked: revoked,
          tokensAlreadyRevoked: sum(done(revocations), 'alreadyClosed'),
          dataPreserved: dataPreserved(done(before), done(after)),
        },
      };
    },
  };
}

/** One that fails neither hides nor skips the others. */
function forEach<T, R>(items: readonly T[], work: (item: T) => Promise<R>) {
  return Promise.allSettled(items.map(work));
}

function done<R>(outcomes: readonly PromiseSettledResult<R>[]): readonly R[] {
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

function failed(outcomes: readonly PromiseSettledResult<unknown>[]): readonly unknown[] {
  return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
}

function sum(
  reports: readonly ClosingReport[],
  count: 'closed' | 'alreadyClosed' | 'alreadyAbsent',
): number {
  return reports.reduce((total, report) => total + report[count], 0);
}

function endpointRecords(endpoints: readonly AccessPoint[], reports: readonly ClosingReport[]) {
  return Promise.all(
    endpoints.map(async ({ descriptor }, index) => ({
      ref: await hashOf(descriptor),
      reservedConcurrencyBefore: reports[index]?.reservedConcurrencyBefore ?? null,
    })),
  );
}

function isLegalHold(error: unknown): error is OffboardingError {
  return isOffboardingError(error, 'LEGAL_HOLD');
}

function failure(
  message: string,
  errorDetails: Readonly<Record<string, unknown>>,
  errorCode: 'DEACTIVATION_FAILED' | 'LEGAL_HOLD' | 'ACTIVE_USAGE' = 'DEACTIVATION_FAILED',
): StageResult<DeactivateData> {
  return { status: 'failure', message, errorCode, errorDetails };
}
