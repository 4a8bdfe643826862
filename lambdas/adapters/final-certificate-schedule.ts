import {
  ConflictException,
  CreateScheduleCommand,
  type SchedulerClient,
} from '@aws-sdk/client-scheduler';
import type { FinalSchedule } from '../certificate/final-schedule.ts';
import type { Now } from '../ports.ts';

export interface FinalScheduleTarget {
  readonly groupName: string;
  readonly functionArn: string;
  /** Assumed by EventBridge Scheduler to invoke the function. */
  readonly roleArn: string;
  /** Keeps what could not be delivered. */
  readonly deadLetterArn: string;
}

/** One-time schedules of EventBridge Scheduler, named by the offboarding. They delete themselves when they have run. */
export function finalCertificateSchedule(
  client: SchedulerClient,
  target: FinalScheduleTarget,
  now: Now,
): FinalSchedule {
  return {
    async create(event, until) {
      try {
        await client.send(
          new CreateScheduleCommand({
            Name: event.offboardingId,
            GroupName: target.groupName,
            ScheduleExpression: `at(${startAt(until, now())})`,
            FlexibleTimeWindow: { Mode: 'OFF' },
            ActionAfterCompletion: 'DELETE',
            Target: {
              Arn: target.functionArn,
              RoleArn: target.roleArn,
              Input: JSON.stringify(event),
              DeadLetterConfig: { Arn: target.deadLetterArn },
            },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConflictException)) throw error;
      }
    },
  };
}

/** Scheduler refuses a time that is past when the request arrives. */
const SOONEST_MS = 60_000;

/** In whole seconds, which is as fine as Scheduler takes it, and rounded up: never before the last copy has run out. */
function startAt(until: string, now: Date): string {
  const at = Math.max(Date.parse(until), now.getTime() + SOONEST_MS);
  return new Date(Math.ceil(at / 1000) * 1000).toISOString().slice(0, 19);
}
