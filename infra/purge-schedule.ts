import { type RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { JsonPath, type StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { CallAwsService } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { acknowledge, INLINE_POLICY } from './acknowledge.ts';
import type { ProductFunction } from './product-function.ts';
import { SCHEDULER_ERRORS } from './retry-policies.ts';
import {
  acknowledgeSchedules,
  passToScheduler,
  schedulerRole,
  schedulesIn,
} from './scheduler-access.ts';
import { UndeliveredQueue } from './undelivered-queue.ts';

const ACTIONS = {
  createSchedule: 'scheduler:CreateSchedule',
  updateSchedule: 'scheduler:UpdateSchedule',
} as const;

/**
 * The schedules that start the workflow again when a retention is over: an execution may stay open for one year, a
 * retention for ten. One schedule per offboarding, named by its id; it deletes itself when it has run.
 */
export class PurgeSchedule extends Construct {
  /** Passed to EventBridge Scheduler. It may start one state machine and do nothing else. */
  private readonly role: Role;
  private readonly group: ScheduleGroup;
  /** Starts that were due and failed: a schedule that was given up does not come back. */
  private readonly undelivered: UndeliveredQueue;

  constructor(scope: Construct, id: string, props: { removalPolicy: RemovalPolicy }) {
    super(scope, id);
    this.group = new ScheduleGroup(this, 'Group', { removalPolicy: props.removalPolicy });
    this.role = schedulerRole(this, 'Role', {
      group: this.group,
      description: 'Starts the workflow when the retention of an archive is over',
    });
    this.undelivered = new UndeliveredQueue(this, 'Undelivered', props);
    this.undelivered.grantKeep(this.role);
    acknowledge(this.role, import.meta.filename, INLINE_POLICY);
  }

  /**
   * A step of the workflow that makes the offboarding's schedule, or puts another in its place, all of it. What Locate plane
   * has planned at `$.purgeSchedule` is its time and its target's request.
   */
  step(scope: Construct, id: string, action: keyof typeof ACTIONS): CallAwsService {
    const step = CallAwsService.jsonPath(scope, id, {
      service: 'scheduler',
      action,
      parameters: {
        GroupName: this.group.scheduleGroupName,
        Name: JsonPath.stringAt('$.offboardingId'),
        ScheduleExpression: JsonPath.stringAt('$.purgeSchedule.expression'),
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: {
          // A universal target, because Scheduler delivers at least once and a templated one makes up the execution's name:
          // https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
          Arn: `arn:${Stack.of(this).partition}:scheduler:::aws-sdk:sfn:startExecution`,
          RoleArn: this.role.roleArn,
          Input: JsonPath.stringAt('$.purgeSchedule.targetInput'),
          DeadLetterConfig: { Arn: this.undelivered.queueArn },
        },
      },
      iamAction: ACTIONS[action],
      iamResources: [schedulesIn(this.group)],
      additionalIamStatements: [passToScheduler(this.role)],
      resultPath: JsonPath.DISCARD,
    });
    step.addRetry(SCHEDULER_ERRORS);
    return step;
  }

  /** Which state machine the schedules may start. It names itself in each of them, so there is no cycle between the two. */
  start(stateMachine: StateMachine): void {
    stateMachine.grantStartExecution(this.role);
    acknowledgeSchedules(stateMachine, import.meta.filename, this.group);
  }

  /** Deletes a schedule that is not needed any more. */
  grantCancel(fn: ProductFunction): void {
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: ['scheduler:DeleteSchedule'],
        resources: [schedulesIn(this.group)],
      }),
    );
    acknowledgeSchedules(fn, import.meta.filename, this.group);
    fn.setEnvironment('SCHEDULE_GROUP', this.group.scheduleGroupName);
  }

  get undeliveredQueueUrl(): string {
    return this.undelivered.queueUrl;
  }

  /** Schedules that could not start the workflow, after all of Scheduler's own retries (24 hours), and that nobody has seen to. */
  metricUndelivered(options?: MetricOptions): Metric {
    return this.undelivered.metricWaiting(options);
  }
}
