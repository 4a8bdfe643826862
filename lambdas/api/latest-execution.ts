import { attemptOf, executionName } from '../core/execution-name.ts';
import type { LedgerEntry } from '../core/ledger-entry.ts';
import {
  isTombstone,
  type OffboardingRecord,
  type PlaneRecord,
  type PlaneTombstone,
} from '../core/plane.ts';
import type { Execution, Executions } from './ports.ts';

// Between a claim and its execution lie one call to Step Functions (the gateway gives up after 29 seconds) and the seconds
// by which DescribeExecution lags. After that an execution that does not exist was never started.
const START_WINDOW_MS = 60_000;
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const HISTORY_KEPT_MS = 90 * 86_400_000;

/** The latest execution of a plane's offboarding: claimed by a start, or started by the schedule after retention. */
export interface LatestExecution {
  readonly offboardingId: string;
  /** Counts executions of the offboarding; the next one's number is higher. */
  readonly attempt: number;
  readonly executionArn: string;
  /** Present while no later execution than the claimed one is known. */
  readonly claim?: OffboardingRecord;
}

/**
 * The registry knows what the API started. The ledger knows what has run: each entry of the workflow carries the name of
 * its execution before the first slash of its idempotency key. The API and the schedule number their executions in one
 * series; a free name was chosen in the console. What is left of a purged plane in the registry knows no execution at all.
 */
export function latestExecution(
  plane: PlaneRecord | PlaneTombstone,
  entries: readonly LedgerEntry[],
  executions: Pick<Executions, 'arnOf'>,
): LatestExecution | undefined {
  const claim = isTombstone(plane) ? undefined : (plane as PlaneRecord).offboarding;
  const written = entries.findLast((entry) => entry.actor === 'workflow' && entry.offboardingId);
  if (claim && !(written && isLaterThan(claim, written))) return { ...claim, claim };
  if (!written?.offboardingId) return undefined;
  const { offboardingId } = written;
  const attempts = entries
    .filter((entry) => entry.offboardingId === offboardingId)
    .map((entry) => attemptOf(executionNameIn(entry), offboardingId) ?? 0);
  return {
    offboardingId,
    attempt: Math.max(...attempts, claim?.attempt ?? 0),
    executionArn: executions.arnOf(executionNameIn(written)),
  };
}

/** Every offboarding begins with a claim, so an entry about another one belongs to an execution that was overtaken. */
function isLaterThan(claim: OffboardingRecord, written: LedgerEntry): boolean {
  const name = executionNameIn(written);
  return (
    written.offboardingId === claim.offboardingId &&
    written.at >= claim.request.requestedAt &&
    name !== executionName(claim) &&
    (attemptOf(name, claim.offboardingId) ?? Number.POSITIVE_INFINITY) > claim.attempt
  );
}

/** True for an entry that this very execution has written. */
export function isWrittenBy(entry: LedgerEntry, { executionArn }: LatestExecution): boolean {
  return executionArn.endsWith(`:${executionNameIn(entry)}`);
}

function executionNameIn({ idempotencyKey }: LedgerEntry): string {
  return idempotencyKey.split('/')[0] ?? '';
}

/** True when the execution may have ended so long ago that Step Functions does not know it any more. */
export function mayBeForgotten({ claim }: LatestExecution, now: Date): boolean {
  if (!claim) return false;
  return now.getTime() - Date.parse(claim.request.requestedAt) > HISTORY_KEPT_MS;
}

/** True for a claim whose execution does not exist yet, but may at any moment. */
export function isBeingStarted(
  { claim }: LatestExecution,
  execution: Execution | undefined,
  now: Date,
): boolean {
  if (execution || !claim) return false;
  return now.getTime() - Date.parse(claim.request.requestedAt) < START_WINDOW_MS;
}
