import { attemptOf, executionName } from '../core/execution-name.ts';
import type { OffboardingRequest, PlaneRecord, PlaneTombstone } from '../core/plane.ts';

/** What EventBridge Scheduler is asked to do when the retention is over. */
export interface PurgeSchedule {
  /** `at(2027-11-22T10:00:00)`, UTC. */
  readonly expression: string;
  /**
   * JSON of the request that Scheduler sends to Step Functions: StateMachineArn, Name and Input. It may send it twice, and by
   * its name that starts one execution. Input is what a start by the API sends, too.
   */
  readonly targetInput: string;
}

/** The execution that plans. */
export interface RunningExecution {
  readonly name: string;
  readonly stateMachineArn: string;
}

/**
 * The start of the next execution, under the name that the API would try next. It carries out the request on record, by which
 * Locate plane knows it for no restart, and asks for no erasure that was refused meanwhile.
 */
export function planPurgeSchedule(
  { planeId, offboardingId, request }: OffboardingOnRecord,
  retentionUntil: string,
  plane: PlaneRecord | PlaneTombstone,
  running: RunningExecution,
): PurgeSchedule {
  const attempt = latestAttempt(plane, offboardingId, running) + 1;
  return {
    expression: scheduleAt(retentionUntil),
    targetInput: JSON.stringify({
      StateMachineArn: running.stateMachineArn,
      Name: executionName({ offboardingId, attempt }),
      Input: JSON.stringify({ planeId, offboardingId, request }),
    }),
  };
}

interface OffboardingOnRecord {
  readonly planeId: string;
  readonly offboardingId: string;
  readonly request: OffboardingRequest;
}

/** The registry knows what the API has started, a name tells of itself; one chosen freely in the console counts as none. */
function latestAttempt(
  plane: PlaneRecord | PlaneTombstone,
  offboardingId: string,
  { name }: RunningExecution,
): number {
  const claim = 'offboarding' in plane ? plane.offboarding : undefined;
  const claimed = claim?.offboardingId === offboardingId ? claim.attempt : 0;
  return Math.max(claimed, attemptOf(name, offboardingId) ?? 0);
}

/** Rounded up to the next second, which is as fine as Scheduler takes it: never before the retention is over. */
function scheduleAt(retentionUntil: string): string {
  const seconds = Math.ceil(Date.parse(retentionUntil) / 1000);
  return `at(${new Date(seconds * 1000).toISOString().slice(0, 19)})`;
}
