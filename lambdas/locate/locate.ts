import * as z from 'zod/mini';
import { acknowledgedDependents } from '../core/acknowledged-dependents.ts';
import { attemptOf } from '../core/execution-name.ts';
import { assertNotSuperseded } from '../core/ledger-guards.ts';
import type { DeregisterData, LedgerState, RestartData } from '../core/ledger-state.ts';
import type { LifecycleState } from '../core/lifecycle.ts';
import type { OffboardingRequest, PlaneRecord, PlaneTombstone } from '../core/plane.ts';
import { findPlane } from '../find-plane.ts';
import { workflowEventSchema } from '../parse-event.ts';
import type { LedgerReader, Now, PlaneReader, Recorder } from '../ports.ts';
import { readLedgerState } from '../read-ledger-state.ts';
import { type PurgeSchedule, planPurgeSchedule } from './purge-schedule.ts';

export const locateEventSchema = z.extend(workflowEventSchema, {
  execution: z.object({
    name: z.string().check(z.minLength(1)),
    stateMachineArn: z.string().check(z.minLength(1)),
  }),
});
export type LocateEvent = z.infer<typeof locateEventSchema>;

/** What the state machine carries on with: rehydrated from the ledger, whatever the execution was started with. */
export interface WorkflowState extends z.infer<typeof workflowEventSchema> {
  readonly lifecycleState: LifecycleState;
  /** ARCHIVED, and the retention is over or erasure was asked for. */
  readonly purgeDue: boolean;
  /** ARCHIVED, and the gate has let the purge pass: it goes on under the approval it has. */
  readonly purgeCommitted: boolean;
  readonly certified: boolean;
  readonly deregistration?: DeregisterData;
  readonly archive?: NonNullable<LedgerState['archive']>;
  /** Only while the retention runs, also when erasure is asked for: should it be refused, the schedule still stands. */
  readonly purgeSchedule?: PurgeSchedule;
}

export interface LocatePorts {
  readonly ledger: LedgerReader;
  readonly planes: PlaneReader;
  readonly recorder: Recorder;
  readonly now: Now;
}

/**
 * Where an offboarding stands, so that it can start or go on from there. Whoever has started it again is put on record first:
 * here, because every execution comes by, also one that was started by hand.
 * @throws OffboardingError `PLANE_NOT_FOUND`; `OFFBOARDING_SUPERSEDED` when it was cancelled or another one is under way
 */
export async function locate(ports: LocatePorts, event: LocateEvent): Promise<WorkflowState> {
  const { planeId, offboardingId } = event;
  const found = await readLedgerState(ports.ledger, planeId);
  const plane = await findPlane(ports.planes, planeId);
  assertNotSuperseded(found, offboardingId);
  const ledger = isRestart(found, event.request) ? await recordRestart(ports, found, event) : found;
  return workflowState(event, plane, ledger, ports.now());
}

/**
 * The first execution, the one that the schedule starts and one that comes by again bring a request that is on record. Whatever goes
 * beyond it somebody has asked for since.
 */
function isRestart(ledger: LedgerState, asked: OffboardingRequest): boolean {
  const { lifecycleState, offboarding, certificate } = ledger;
  if (lifecycleState === 'ACTIVE' || !offboarding || certificate) return false;
  const { requestedBy, requestedAt, erasure } = offboarding.request;
  return (
    asked.requestedBy !== requestedBy ||
    asked.requestedAt !== requestedAt ||
    (asked.erasure && !erasure) ||
    newlyAcknowledged(ledger, asked).length > 0
  );
}

async function recordRestart(
  ports: LocatePorts,
  ledger: LedgerState,
  { planeId, offboardingId, request, execution }: LocateEvent,
): Promise<LedgerState> {
  const attempt = attemptOf(execution.name, offboardingId);
  const acknowledged = newlyAcknowledged(ledger, request);
  const data = {
    ...(attempt !== undefined && { attempt }),
    erasure: request.erasure,
    ...(acknowledged.length > 0 && { acknowledgedDependents: acknowledged }),
  } satisfies RestartData;
  await ports.recorder.record({
    planeId,
    offboardingId,
    type: 'RESTARTED',
    actor: request.requestedBy,
    reason: request.reason,
    data,
    // One an execution, however often this step is tried. A free name may come again after 90 days, with another request.
    idempotencyKey: `${execution.name}/Locate plane/${request.requestedAt}/${request.requestedBy}`,
  });
  return readLedgerState(ports.ledger, planeId);
}

function newlyAcknowledged(ledger: LedgerState, asked: OffboardingRequest): readonly string[] {
  const before = acknowledgedDependents(ledger);
  return (asked.acknowledgedDependents ?? []).filter((id) => !before.includes(id));
}

function workflowState(
  event: LocateEvent,
  plane: PlaneRecord | PlaneTombstone,
  ledger: LedgerState,
  now: Date,
): WorkflowState {
  const { planeId, offboardingId } = event;
  const { lifecycleState, offboarding, archive, purgeCommitted } = ledger;
  const begun = lifecycleState === 'ACTIVE' ? undefined : offboarding;
  const request = begun ? requestOf(event.request, ledger, begun.request) : event.request;
  const archived = lifecycleState === 'ARCHIVED' ? archive : undefined;
  const kept = archived !== undefined && now < new Date(archived.retentionUntil);
  return {
    planeId,
    offboardingId,
    request,
    lifecycleState,
    purgeDue: archived !== undefined && (!kept || request.erasure),
    purgeCommitted: archived !== undefined && purgeCommitted,
    certified: ledger.certificate !== undefined,
    ...(begun && { deregistration: deregistrationOf(begun) }),
    ...(archive && { archive }),
    ...(kept &&
      begun && {
        purgeSchedule: planPurgeSchedule(
          { planeId, offboardingId, request: begun.request },
          archived.retentionUntil,
          plane,
          event.execution,
        ),
      }),
  };
}

/**
 * The ledger's own request goes on, with the dependents that whoever started it again has acknowledged since. At ARCHIVED
 * this execution asks for a purge, maybe earlier than the retention ends (erasure): the question names who started it.
 */
function requestOf(
  asked: OffboardingRequest,
  ledger: LedgerState,
  recorded: OffboardingRequest,
): OffboardingRequest {
  if (ledger.lifecycleState !== 'ARCHIVED') {
    const acknowledged = acknowledgedDependents(ledger);
    return {
      ...recorded,
      ...(acknowledged.length > 0 && { acknowledgedDependents: acknowledged }),
    };
  }
  const { reason, requestedBy, requestedAt } = asked;
  const erasure = recorded.erasure || asked.erasure;
  return { ...recorded, erasure, reason, requestedBy, requestedAt };
}

function deregistrationOf({
  offboardingId: _id,
  request: _request,
  ...deregistration
}: NonNullable<LedgerState['offboarding']>): DeregisterData {
  return deregistration;
}
