import type { RemovalPolicy } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression, ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { acknowledge, INLINE_POLICY } from './acknowledge.ts';
import type { ProductFunction } from './product-function.ts';
import {
  acknowledgeSchedules,
  passToScheduler,
  schedulerRole,
  schedulesIn,
} from './scheduler-access.ts';
import { UndeliveredQueue } from './undelivered-queue.ts';

/**
 * When evidence is due: the daily checkpoint, and for each purge the final certificate, when the last of what AWS keeps of the
 * plane has run out.
 */
export class EvidenceSchedules extends Construct {
  private readonly group: ScheduleGroup;
  /** Passed to EventBridge Scheduler. It may invoke the functions that are due, and do nothing else. */
  private readonly role: Role;
  /** What was due and was not done: Scheduler could not invoke the function, or the function failed. */
  private readonly undelivered: UndeliveredQueue;

  constructor(scope: Construct, id: string, props: { removalPolicy: RemovalPolicy }) {
    super(scope, id);
    this.group = new ScheduleGroup(this, 'Group', { removalPolicy: props.removalPolicy });
    this.role = schedulerRole(this, 'Role', {
      group: this.group,
      description: 'Invokes what issues evidence when it is due',
    });
    this.undelivered = new UndeliveredQueue(this, 'Undelivered', props);
    this.undelivered.grantKeep(this.role);
    acknowledge(this.role, import.meta.filename, INLINE_POLICY);
  }

  get undeliveredQueueUrl(): string {
    return this.undelivered.queueUrl;
  }

  /** Invokes the function every day at this hour, UTC. */
  daily(fn: ProductFunction, hour: number): void {
    new Schedule(this, `Daily${fn.lambdaName}`, {
      schedule: ScheduleExpression.cron({ minute: '0', hour: String(hour) }),
      scheduleGroup: this.group,
      target: new LambdaInvoke(fn, { role: this.role, deadLetterQueue: this.undelivered }),
    });
  }

  /** May put `due` on the clock, once for each offboarding. */
  grantSchedule(fn: ProductFunction, due: ProductFunction): void {
    due.grantInvoke(this.role);
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: ['scheduler:CreateSchedule'],
        resources: [schedulesIn(this.group)],
      }),
    );
    fn.addToRolePolicy(passToScheduler(this.role));
    acknowledgeSchedules(fn, import.meta.filename, this.group);
    fn.setEnvironment('SCHEDULE_GROUP', this.group.scheduleGroupName);
    fn.setEnvironment('SCHEDULE_ROLE_ARN', this.role.roleArn);
    fn.setEnvironment('SCHEDULE_DEAD_LETTER_ARN', this.undelivered.queueArn);
    fn.setEnvironment('FINAL_CERTIFICATE_FUNCTION_ARN', due.functionArn);
  }

  /**
   * Keeps what the function was invoked with when it has failed, after the two retries of an asynchronous invocation: nobody
   * waits for its answer. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
   */
  keepFailed(fn: ProductFunction): void {
    fn.configureAsyncInvoke({
      retryAttempts: 2,
      onFailure: this.undelivered.destinationFor(fn),
    });
  }

  /** What was due and was not done, after all retries: Scheduler's (24 hours) and Lambda's (two). */
  metricUndelivered(options?: MetricOptions): Metric {
    return this.undelivered.metricWaiting(options);
  }
}
