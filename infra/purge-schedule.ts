import { type RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { ProductFunction } from './product-function.ts';

/**
 * The schedules that start the workflow again when a retention is over: an execution may stay open for one year, a
 * retention for ten. One schedule per offboarding, named by its id; it deletes itself when it has run.
 */
export class PurgeSchedule extends Construct {
  readonly groupName: string;
  /** Passed to EventBridge Scheduler. It may start one state machine and do nothing else. */
  readonly role: Role;
  private readonly group: ScheduleGroup;

  constructor(scope: Construct, id: string, props: { removalPolicy: RemovalPolicy }) {
    super(scope, id);
    const stack = Stack.of(this);
    this.group = new ScheduleGroup(this, 'Group', { removalPolicy: props.removalPolicy });
    this.groupName = this.group.scheduleGroupName;
    this.role = new Role(this, 'Role', {
      description: 'Starts the workflow when the retention of an archive is over',
      // Only for schedules of this group: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': stack.account,
            'aws:SourceArn': this.group.scheduleGroupArn,
          },
        },
      }),
    });
  }

  /** Where this construct's schedules are, for policies. */
  get schedulesArn(): string {
    return Stack.of(this).formatArn({
      service: 'scheduler',
      resource: 'schedule',
      resourceName: `${this.groupName}/*`,
    });
  }

  /** What may create a schedule and hand this construct's role to Scheduler, and to nobody else. */
  passRoleStatement(): PolicyStatement {
    return new PolicyStatement({
      actions: ['iam:PassRole'],
      resources: [this.role.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    });
  }

  /** Which state machine the schedules start. It names itself in each schedule, so there is no cycle between the two. */
  start(stateMachine: IStateMachine): void {
    stateMachine.grantStartExecution(this.role);
  }

  /** Deletes a schedule that is not needed any more. */
  grantCancel(fn: ProductFunction): void {
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: ['scheduler:DeleteSchedule'],
        resources: [this.schedulesArn],
      }),
    );
    fn.setEnvironment('SCHEDULE_GROUP', this.groupName);
  }

  /** Schedules that could not start the workflow, after all of Scheduler's own retries (24 hours). */
  metricDropped(options?: MetricOptions): Metric {
    return this.group.metricDropped(options);
  }
}
