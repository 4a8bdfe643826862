import { Stack } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import { acknowledgePatterns } from './acknowledge.ts';

const SCHEDULER = 'scheduler.amazonaws.com';

/**
 * What EventBridge Scheduler works as when schedules of this group are due, and no others:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
 */
export function schedulerRole(
  scope: Construct,
  id: string,
  { group, description }: { readonly group: IScheduleGroup; readonly description: string },
): Role {
  return new Role(scope, id, {
    description,
    assumedBy: new ServicePrincipal(SCHEDULER, {
      conditions: {
        StringEquals: {
          'aws:SourceAccount': Stack.of(scope).account,
          'aws:SourceArn': group.scheduleGroupArn,
        },
      },
    }),
  });
}

/** What may make a schedule hands this role to Scheduler, and to nobody else. */
export function passToScheduler(role: Role): PolicyStatement {
  return new PolicyStatement({
    actions: ['iam:PassRole'],
    resources: [role.roleArn],
    conditions: { StringEquals: { 'iam:PassedToService': SCHEDULER } },
  });
}

/** The ARN of every schedule in this group. */
export function schedulesIn(group: IScheduleGroup): string {
  return Stack.of(group).formatArn({
    service: 'scheduler',
    resource: 'schedule',
    resourceName: `${group.scheduleGroupName}/*`,
  });
}

/** @param owner `import.meta.filename` of whose group it is */
export function acknowledgeSchedules(
  grantee: IGrantable,
  owner: string,
  group: IScheduleGroup,
): void {
  acknowledgePatterns(grantee, owner, {
    resources: [schedulesIn(group)],
    reason: 'schedules are named by offboardings, and their group holds nothing else',
  });
}
