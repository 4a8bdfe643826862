import { canonicalJson } from '../core/canonical.ts';
import { OffboardingError } from '../core/errors.ts';
import { executionName } from '../core/execution-name.ts';
import { foldLedger } from '../core/fold-ledger.ts';
import type { LedgerState } from '../core/ledger-state.ts';
import type { LifecycleState } from '../core/lifecycle.ts';
import {
  isTombstone,
  type OffboardingRecord,
  type OffboardingRequest,
  type PlaneRecord,
} from '../core/plane.ts';
import { findPlane } from '../find-plane.ts';
import type { LedgerReader, PlaneRegistry } from '../ports.ts';
import { isBeingStarted, type LatestExecution, latestExecution } from './latest-execution.ts';
import type { Execution, Executions } from './ports.ts';

// Each round finds one more execution that the registry did not know of: the scheduled one, or one from the console.
const NAMES_TRIED_MAX = 10;

export interface StartPorts {
  readonly registry: Pick<PlaneRegistry, 'read' | 'claimAttempt'>;
  readonly ledger: LedgerReader;
  readonly executions: Executions;
  readonly newOffboardingId: () => string;
}

export interface StartedOffboarding {
  readonly offboardingId: string;
  readonly planeId: string;
  readonly executionArn: string;
  readonly lifecycleState: LifecycleState;
}

/**
 * Starts an offboarding, or goes on with one that halted or whose retention is over. Two starts at once are told apart
 * by the claim in the registry, and by the execution's name: the schedule of a purge takes no claim, but a name. A crash
 * between the claim and the start is healed by the same request again, or by any request a minute later.
 * @throws OffboardingError `PLANE_NOT_FOUND`, `PLANE_PURGED`, `OFFBOARDING_IN_PROGRESS`, `RETENTION_RUNNING`
 */
export async function startOffboarding(
  ports: StartPorts,
  planeId: string,
  request: OffboardingRequest,
): Promise<StartedOffboarding> {
  const plane = await findPlane(ports.registry, planeId);
  const entries = await ports.ledger.read(planeId);
  const state = foldLedger(entries);
  if (state.lifecycleState === 'PURGED' && state.certificate)
    throw new OffboardingError('PLANE_PURGED', `${planeId} is purged and certified`);

  let latest = latestExecution(plane, entries, ports.executions);
  let claimed = isTombstone(plane) ? undefined : (plane as PlaneRecord).offboarding;
  for (let tried = 0; tried < NAMES_TRIED_MAX; tried++) {
    const execution = latest && (await ports.executions.describe(latest.executionArn));
    const interrupted = latest && interruptedStart(latest, execution, request);
    if (latest && !interrupted) assertMayStart(planeId, state, latest, execution, request);
    const next = interrupted ?? nextAttempt(ports, state, latest, request);
    // What is left of a purged plane takes no claim: there the execution's name alone decides between two starts.
    if (!interrupted && !isTombstone(plane)) {
      if (!(await ports.registry.claimAttempt(planeId, next, claimed))) throw inProgress(planeId);
      claimed = next;
    }
    const { offboardingId, executionArn } = next;
    const input = { planeId, offboardingId, request: { ...next.request } };
    if ((await ports.executions.start(executionName(next), input)) === 'started')
      return { offboardingId, planeId, executionArn, lifecycleState: state.lifecycleState };
    latest = { ...next, claim: next };
  }
  throw inProgress(planeId);
}

/** The claim of an earlier try of this very request that never came to start its execution. */
function interruptedStart(
  latest: LatestExecution,
  execution: Execution | undefined,
  request: OffboardingRequest,
): OffboardingRecord | undefined {
  const { claim } = latest;
  if (!claim || !isBeingStarted(latest, execution, new Date(request.requestedAt))) return undefined;
  const { requestedAt } = request;
  const isSame = canonicalJson({ ...claim.request, requestedAt }) === canonicalJson(request);
  return isSame ? claim : undefined;
}

function assertMayStart(
  planeId: string,
  state: LedgerState,
  latest: LatestExecution,
  execution: Execution | undefined,
  request: OffboardingRequest,
): void {
  const now = new Date(request.requestedAt);
  if (execution?.status === 'RUNNING' || isBeingStarted(latest, execution, now))
    throw inProgress(planeId);
  if (isKeptByRetention(state, execution, request))
    throw new OffboardingError(
      'RETENTION_RUNNING',
      `${planeId} is kept until ${state.archive?.retentionUntil}; only an erasure may purge it earlier`,
      { details: { retentionUntil: state.archive?.retentionUntil } },
    );
}

/** True when a start would find nothing to do. After a halt there is: the purge may not even be scheduled. */
function isKeptByRetention(
  { lifecycleState, offboarding, archive, halt, purgeCommitted }: LedgerState,
  execution: Execution | undefined,
  request: OffboardingRequest,
): boolean {
  if (lifecycleState !== 'ARCHIVED' || !archive || purgeCommitted) return false;
  // A halt counts until a later execution has ended well; AWS forgets those that have.
  if (execution ? execution.status !== 'SUCCEEDED' : halt) return false;
  if (request.erasure || offboarding?.request.erasure) return false;
  return request.requestedAt < archive.retentionUntil;
}

function nextAttempt(
  { executions, newOffboardingId }: StartPorts,
  { lifecycleState, offboarding }: LedgerState,
  latest: LatestExecution | undefined,
  request: OffboardingRequest,
): OffboardingRecord {
  const next =
    lifecycleState === 'ACTIVE' || !offboarding
      ? { offboardingId: newOffboardingId(), attempt: 1 }
      : { offboardingId: offboarding.offboardingId, attempt: (latest?.attempt ?? 0) + 1 };
  return { ...next, executionArn: executions.arnOf(executionName(next)), request };
}

function inProgress(planeId: string): OffboardingError {
  return new OffboardingError('OFFBOARDING_IN_PROGRESS', `${planeId} is being offboarded already`);
}
