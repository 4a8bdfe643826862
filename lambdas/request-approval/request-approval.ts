import * as z from 'zod/mini';
import { OffboardingError } from '../core/errors.ts';
import { assertNotSuperseded } from '../core/ledger-guards.ts';
import type { LedgerState } from '../core/ledger-state.ts';
import { isTombstone, type PlaneRecord } from '../core/plane.ts';
import { requestersOf } from '../core/requesters.ts';
import { type PurgeScope, scopeHash } from '../core/scope.ts';
import type { Tally } from '../core/tally.ts';
import type { EventLog } from '../event-log.ts';
import { findPlane } from '../find-plane.ts';
import { workflowEventSchema } from '../parse-event.ts';
import type { LedgerReader, Now, PendingDecisions, PlaneReader, Recorder } from '../ports.ts';
import type { Measurement, MeasurementLimits } from '../purge/measure-scope.ts';
import { createOutOfTime } from '../purge/out-of-time.ts';
import { readLedgerState } from '../read-ledger-state.ts';

export const approvalEventSchema = z.extend(workflowEventSchema, {
  taskToken: z.string().check(z.minLength(1)),
  idempotencyKey: z.string().check(z.minLength(1)),
  /** How long the workflow waits for the decision. */
  timeoutSeconds: z.int().check(z.minimum(1)),
});
export type ApprovalEvent = z.infer<typeof approvalEventSchema>;

export interface RequestApprovalPorts {
  readonly ledger: LedgerReader;
  readonly planes: PlaneReader;
  readonly measureScope: (
    plane: PlaneRecord,
    ledger: LedgerState,
    limits: MeasurementLimits,
  ) => Promise<Measurement>;
  readonly measurements: ScopeMeasurements;
  readonly recorder: Recorder;
  /** How many different people must approve. */
  readonly requiredApprovals: number;
  readonly decisions: PendingDecisions;
  readonly now: Now;
}

/** Keeps a measurement between two invocations. */
export interface ScopeMeasurements {
  /** Undefined unless the last thing written for this plane was written under this key. Strongly consistent. */
  read(planeId: string, key: string): Promise<Tally | undefined>;
  write(planeId: string, key: string, tally: Tally, now: Date): Promise<void>;
}

/**
 * Asks for the approval of a purge: measures what would be destroyed, puts the question on record, and keeps the task
 * token until somebody answers. The token is not logged, not recorded and not returned.
 * @param remainingMs milliseconds before Lambda ends this invocation
 * @throws OffboardingError `STAGE_PENDING` when the scope is not measured yet: call again; `WRONG_STATE` unless the plane is
 *   ARCHIVED; `OFFBOARDING_SUPERSEDED`; `PLANE_NOT_FOUND`
 */
export async function requestApproval(
  ports: RequestApprovalPorts,
  event: ApprovalEvent,
  log: EventLog,
  remainingMs: () => number,
): Promise<{ readonly scopeHash: string; readonly expiresAt: string }> {
  const { planeId, offboardingId, request, taskToken, idempotencyKey, timeoutSeconds } = event;
  const now = ports.now();
  const ledger = await readLedgerState(ports.ledger, planeId);
  const plane = await archivedPlane(ports.planes, ledger, planeId, offboardingId);
  // A retry after an entry of its own is a new question: it has a task token and an expiry of its own.
  const key = `${idempotencyKey}/${ledger.seq}`;
  const scope = await measure(ports, plane, ledger, { key, now, remainingMs });
  const asked = {
    scope,
    scopeHash: await scopeHash(scope),
    requestedBy: requestersOf(ledger, request.requestedBy),
    expiresAt: new Date(now.getTime() + timeoutSeconds * 1000).toISOString(),
  };
  const { at: requestedAt } = await ports.recorder.record({
    planeId,
    offboardingId,
    type: 'APPROVAL_REQUESTED',
    actor: 'workflow',
    reason: null,
    data: {
      ...asked,
      requiredApprovals: ports.requiredApprovals,
      scope: { ...scope, parts: scope.parts.map((part) => ({ ...part })) },
    },
    idempotencyKey: key,
  });
  await ports.decisions.put({ planeId, offboardingId, ...asked, requestedAt }, taskToken);
  const { scopeHash: hash, expiresAt } = asked;
  log.info('approval requested', {
    scopeHash: hash,
    expiresAt,
    objectCount: scope.objectCount,
    bytes: scope.bytes,
  });
  return { scopeHash: hash, expiresAt };
}

/** @throws OffboardingError `STAGE_PENDING` when time runs short; the next invocation goes on where this one stopped */
async function measure(
  { measureScope, measurements }: RequestApprovalPorts,
  plane: PlaneRecord,
  ledger: LedgerState,
  { key, now, remainingMs }: { key: string; now: Date; remainingMs: () => number },
): Promise<PurgeScope> {
  const measured = await measureScope(plane, ledger, {
    from: await measurements.read(plane.planeId, key),
    outOfTime: createOutOfTime(remainingMs),
  });
  if ('scope' in measured) return measured.scope;
  await measurements.write(plane.planeId, key, measured.tally, now);
  throw new OffboardingError(
    'STAGE_PENDING',
    `${measured.tally.counted.length} parts of the scope are measured so far`,
  );
}

async function archivedPlane(
  planes: PlaneReader,
  ledger: LedgerState,
  planeId: string,
  offboardingId: string,
): Promise<PlaneRecord> {
  const plane = await findPlane(planes, planeId);
  assertNotSuperseded(ledger, offboardingId);
  if (ledger.lifecycleState !== 'ARCHIVED' || isTombstone(plane))
    throw new OffboardingError(
      'WRONG_STATE',
      `a purge is asked for when a plane is ARCHIVED, ${planeId} is ${ledger.lifecycleState}`,
    );
  return plane;
}
