import { OffboardingError } from '../core/errors.ts';
import { isSuperseded, type LedgerState } from '../core/ledger-state.ts';
import type { LifecycleState } from '../core/lifecycle.ts';
import type { OffboardingRequest } from '../core/plane.ts';
import type { LedgerReader, Now, PlaneReader } from '../ports.ts';
import { readLedgerState } from '../read-ledger-state.ts';

export interface LocateEvent {
  readonly planeId: string;
  readonly offboardingId: string;
  readonly request: OffboardingRequest;
}

type Deregistration = Omit<NonNullable<LedgerState['offboarding']>, 'offboardingId' | 'request'>;

/** What the state machine carries on with: rehydrated from the ledger, whatever the execution was started with. */
export interface WorkflowState extends LocateEvent {
  readonly lifecycleState: LifecycleState;
  /** ARCHIVED, and the retention is over or erasure was asked for. */
  readonly purgeDue: boolean;
  /** ARCHIVED, and the gate has let the purge pass: it goes on under the approval it has. */
  readonly purgeCommitted: boolean;
  readonly certified: boolean;
  readonly deregistration?: Deregistration;
  readonly archive?: NonNullable<LedgerState['archive']>;
  /** For EventBridge Scheduler: `at(2027-11-22T10:00:00)`, UTC. Only while the plane is kept in the archive. */
  readonly purgeScheduleExpression?: string;
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
  if (!(await ports.planes.read(planeId)))
    throw new OffboardingError('PLANE_NOT_FOUND', `${planeId} is not registered`);
  if (isSuperseded(ledger, offboardingId))
    throw new OffboardingError(
      'OFFBOARDING_SUPERSEDED',
      `${offboardingId} was cancelled or replaced by another offboarding`,
    );
  return workflowState(event, ledger, ports.now());
}

function workflowState(event: LocateEvent, ledger: LedgerState, now: Date): WorkflowState {
  const { planeId, offboardingId } = event;
  const { lifecycleState, offboarding, archive, purgeCommitted } = ledger;
  const begun = lifecycleState === 'ACTIVE' ? undefined : offboarding;
  const request = requestOf(event.request, lifecycleState, begun?.request);
  const archived = lifecycleState === 'ARCHIVED' ? archive : undefined;
  const retentionOver = archived !== undefined && now >= new Date(archived.retentionUntil);
  const purgeDue = archived !== undefined && (retentionOver || request.erasure);
  return {
    planeId,
    offboardingId,
    request,
    lifecycleState,
    purgeDue,
    purgeCommitted: archived !== undefined && purgeCommitted,
    certified: ledger.certificate !== undefined,
    ...(begun && { deregistration: deregistrationOf(begun) }),
    ...(archive && { archive }),
    ...(archived && !purgeDue && { purgeScheduleExpression: scheduleAt(archived.retentionUntil) }),
  };
}

/**
 * The ledger's own request goes on. At ARCHIVED this execution asks for a purge, maybe earlier than the retention ends
 * (erasure), so whoever started it is a requester too and must not approve; who asked first is in the ledger.
 */
function requestOf(
  asked: OffboardingRequest,
  lifecycleState: LifecycleState,
  recorded: OffboardingRequest | undefined,
): OffboardingRequest {
  if (!recorded) return asked;
  if (lifecycleState !== 'ARCHIVED') return recorded;
  const { reason, requestedBy, requestedAt } = asked;
  const erasure = recorded.erasure || asked.erasure;
  return { ...recorded, erasure, reason, requestedBy, requestedAt };
}

function deregistrationOf({
  offboardingId: _id,
  request: _request,
  ...deregistration
}: NonNullable<LedgerState['offboarding']>): Deregistration {
  return deregistration;
}

/** Rounded up to the next second, which is as fine as Scheduler takes it: never before the retention is over. */
function scheduleAt(retentionUntil: string): string {
  const seconds = Math.ceil(Date.parse(retentionUntil) / 1000);
  return `at(${new Date(seconds * 1000).toISOString().slice(0, 19)})`;
}
