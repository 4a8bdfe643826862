import * as z from 'zod/mini';
import { assertNotSuperseded } from '../core/ledger-guards.ts';
import type { DeregisterData, LedgerState } from '../core/ledger-state.ts';
import type { LifecycleState } from '../core/lifecycle.ts';
import type { OffboardingRequest, PlaneRecord, PlaneTombstone } from '../core/plane.ts';
import { findPlane } from '../find-plane.ts';
import { workflowEventSchema } from '../parse-event.ts';
import type { LedgerReader, Now, PlaneReader } from '../ports.ts';
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
  readonly now: Now;
}

/**
 * Where an offboarding stands, so that it can start or go on from there.
 * @throws OffboardingError `PLANE_NOT_FOUND`; `OFFBOARDING_SUPERSEDED` when it was cancelled or another one is under way
 */
export async function locate(ports: LocatePorts, event: LocateEvent): Promise<WorkflowState> {
  const { planeId, offboardingId } = event;
  const ledger = await readLedgerState(ports.ledger, planeId);
  const plane = await findPlane(ports.planes, planeId);
  assertNotSuperseded(ledger, offboardingId);
  return workflowState(event, plane, ledger, ports.now());
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
  const request = requestOf(event.request, lifecycleState, begun?.request);
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
 * The ledger's own request goes on, with the dependents that whoever starts it again has acknowledged since. At ARCHIVED
 * this execution asks for a purge, maybe earlier than the retention ends (erasure), so whoever started it is a requester too
 * and must not approve; who asked first is in the ledger.
 */
function requestOf(
  asked: OffboardingRequest,
  lifecycleState: LifecycleState,
  recorded: OffboardingRequest | undefined,
): OffboardingRequest {
  if (!recorded) return asked;
  if (lifecycleState !== 'ARCHIVED') return { ...recorded, ...acknowledged(recorded, asked) };
  const { reason, requestedBy, requestedAt } = asked;
  const erasure = recorded.erasure || asked.erasure;
  return { ...recorded, erasure, reason, requestedBy, requestedAt };
}

function acknowledged(
  { acknowledgedDependents: before = [] }: OffboardingRequest,
  { acknowledgedDependents: since = [] }: OffboardingRequest,
): Pick<OffboardingRequest, 'acknowledgedDependents'> {
  const all = [...new Set([...before, ...since])].sort();
  return all.length > 0 ? { acknowledgedDependents: all } : {};
}

function deregistrationOf({
  offboardingId: _id,
  request: _request,
  ...deregistration
}: NonNullable<LedgerState['offboarding']>): DeregisterData {
  return deregistration;
}
