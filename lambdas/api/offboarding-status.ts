import { foldLedger } from '../core/fold-ledger.ts';
import type { LedgerEntry } from '../core/ledger-entry.ts';
import type { Halt, LedgerState, NoticedUse, Restart } from '../core/ledger-state.ts';
import type { LifecycleState } from '../core/lifecycle.ts';
import {
  isBeingStarted,
  isWrittenBy,
  type LatestExecution,
  mayBeForgotten,
} from './latest-execution.ts';
import type { Execution } from './ports.ts';

const USES_SHOWN = 20;
const RESTARTS_SHOWN = 20;

export type OffboardingStatus =
  | 'RUNNING'
  | 'WAITING_GRACE'
  | 'WAITING_APPROVAL'
  | 'KEPT_IN_ARCHIVE'
  | 'HALTED'
  | 'PURGED'
  | 'CANCELLED';

export interface OffboardingView {
  readonly planeId: string;
  readonly offboardingId: string;
  readonly lifecycleState: LifecycleState;
  readonly status: OffboardingStatus;
  /** ISO 8601 UTC, as the next one. */
  readonly gracePeriodEnd?: string;
  readonly retentionUntil?: string;
  /** Who used the plane, or declared that they need it, since it was deregistered: the latest uses, the last one first. */
  readonly usedDuringGrace?: readonly Pick<NoticedUse, 'by' | 'use' | 'at'>[];
  /** Who started it again, and whom they acknowledged: the latest, the last one first. */
  readonly startedAgain?: readonly Omit<Restart, 'erasure'>[];
  /** Legal holds in force. */
  readonly holds: number;
  readonly executionArn: string;
  readonly halt?: Halt;
}

/** How an offboarding stands: the lifecycle by its ledger, whether anybody works on it by its latest execution. */
export function offboardingView(
  planeId: string,
  entries: readonly LedgerEntry[],
  latest: LatestExecution,
  execution: Execution | undefined,
  now: Date,
): OffboardingView {
  const { offboardingId, executionArn } = latest;
  const state = foldLedger(entries);
  const begun = state.offboarding?.offboardingId === offboardingId ? state.offboarding : undefined;
  const halt = haltOf(state, entries, latest, execution, now);
  return {
    planeId,
    offboardingId,
    lifecycleState: state.lifecycleState,
    status: halt ? 'HALTED' : statusOf(state, latest, execution, now),
    ...(begun && { gracePeriodEnd: begun.gracePeriodEnd }),
    ...(begun && state.archive && { retentionUntil: state.archive.retentionUntil }),
    ...(begun && state.noticedUses.length > 0 && { usedDuringGrace: latestUses(state) }),
    ...(begun && state.restarts.length > 0 && { startedAgain: latestRestarts(state) }),
    holds: state.holds.length,
    executionArn,
    ...(halt && { halt }),
  };
}

function latestRestarts({ restarts }: LedgerState) {
  return restarts
    .slice(-RESTARTS_SHOWN)
    .reverse()
    .map(({ erasure: _, ...restart }) => restart);
}

function latestUses({ noticedUses }: LedgerState) {
  return noticedUses
    .slice(-USES_SHOWN)
    .reverse()
    .map(({ by, use, at }) => ({ by, use, at }));
}

function statusOf(
  state: LedgerState,
  latest: LatestExecution,
  execution: Execution | undefined,
  now: Date,
): OffboardingStatus {
  const { lifecycleState } = state;
  if (isCancelled(state, latest)) return 'CANCELLED';
  if (isCertified(state)) return 'PURGED';
  if (!isAtWork(latest, execution, now)) return 'KEPT_IN_ARCHIVE';
  if (lifecycleState === 'PENDING_DEACTIVATE' && !isGracePeriodOver(state, now))
    return 'WAITING_GRACE';
  if (lifecycleState === 'ARCHIVED' && state.approval?.status === 'requested')
    return 'WAITING_APPROVAL';
  return 'RUNNING';
}

/** Why nobody works on an offboarding that is neither over nor kept in the archive; undefined when that is not so. */
function haltOf(
  state: LedgerState,
  entries: readonly LedgerEntry[],
  latest: LatestExecution,
  execution: Execution | undefined,
  now: Date,
): Halt | undefined {
  if (isCancelled(state, latest) || isCertified(state) || isAtWork(latest, execution, now))
    return undefined;
  // A later execution that ended without an entry, as one that only scheduled the purge does, leaves the halt as the last
  // thing in the ledger.
  const halted = entries.findLast((entry) => entry.type === 'HALTED');
  if (state.halt && halted && isWrittenBy(halted, latest)) return state.halt;
  if (isKeptInArchive(state, latest, execution, now)) return undefined;
  return state.approval?.status === 'expired'
    ? {
        stage: 'approval',
        code: 'APPROVAL_EXPIRED',
        message: 'nobody decided before the approval expired; the plane stays in the archive',
      }
    : abnormalEnd(state.lifecycleState, execution);
}

// The cause of a failed execution may hold a stack trace, so it is not shown; the log has it.
function abnormalEnd(lifecycleState: LifecycleState, execution: Execution | undefined): Halt {
  const stage = NEXT_STAGES[lifecycleState];
  if (!execution)
    return {
      stage,
      code: 'EXECUTION_MISSING',
      message: 'the execution was never started, or its history is gone; start again',
    };
  return {
    stage,
    code: execution.error ?? `EXECUTION_${execution.status}`,
    message: `the execution ended as ${execution.status} and recorded no halt; start again`,
  };
}

const NEXT_STAGES: Readonly<Record<LifecycleState, string>> = {
  ACTIVE: 'deregister',
  PENDING_DEACTIVATE: 'verify_deactivate',
  DEACTIVATED: 'archive',
  ARCHIVED: 'purge',
  PURGED: 'certificate',
};

/** Ended in good order while the plane is archived; AWS forgets an execution long before a retention is over. */
function isKeptInArchive(
  { lifecycleState, halt }: LedgerState,
  latest: LatestExecution,
  execution: Execution | undefined,
  now: Date,
): boolean {
  if (lifecycleState !== 'ARCHIVED') return false;
  if (execution) return execution.status === 'SUCCEEDED';
  return halt === undefined || mayBeForgotten(latest, now);
}

function isCancelled(state: LedgerState, { offboardingId }: LatestExecution): boolean {
  return state.cancelledOffboardings.includes(offboardingId);
}

function isCertified({ lifecycleState, certificate }: LedgerState): boolean {
  return lifecycleState === 'PURGED' && certificate !== undefined;
}

function isAtWork(latest: LatestExecution, execution: Execution | undefined, now: Date): boolean {
  return execution?.status === 'RUNNING' || isBeingStarted(latest, execution, now);
}

function isGracePeriodOver({ offboarding }: LedgerState, now: Date): boolean {
  return offboarding !== undefined && now >= new Date(offboarding.gracePeriodEnd);
}
