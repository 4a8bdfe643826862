import type { Grant } from '../../local/iam/grants.ts';

/**
 * Grants that nothing on this machine can use, and what uses them on AWS. `*` stands for every role or resource, and
 * `knowledge-*` for the planes' resources of every environment.
 */
export interface OnlyOnAws {
  readonly role: string;
  readonly actions: readonly string[];
  readonly resource: string;
  readonly because: string;
}

export const ONLY_ON_AWS: readonly OnlyOnAws[] = [
  {
    role: '*',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resource: '*',
    because: 'the Lambda service writes the log, with the role of the function',
  },
  {
    role: '*',
    actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
    resource: '*',
    because: 'Lambda and Step Functions send traces, with the role of the function or machine',
  },
  {
    role: 'Workflow role',
    actions: ['xray:GetSamplingRules', 'xray:GetSamplingTargets'],
    resource: '*',
    because: 'Step Functions asks which executions to trace',
  },
  {
    role: 'Workflow role',
    actions: [
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
    ],
    resource: '*',
    because: 'Step Functions sets up the delivery of its log when the machine is created',
  },
  {
    role: 'archive-pack role',
    actions: ['s3:GetObjectVersionTagging'],
    resource: 's3:knowledge-*/*',
    because:
      'S3 takes tags along when it copies a document that has some; the embedded S3 keeps no tags',
  },
  {
    role: 'archive-pack role',
    actions: ['s3:PutObjectTagging'],
    resource: 'Vault bucket/planes/*',
    because: 'the other end of the same copy',
  },
  {
    role: 'Workflow role',
    actions: ['states:StartExecution'],
    resource: 'Workflow state machine',
    because:
      'Step Functions starts the children of a distributed map; here they run without asking',
  },
  {
    role: 'Workflow role',
    actions: ['states:DescribeExecution', 'states:StopExecution'],
    resource: 'states:execution:Workflow state machine:*',
    because: 'Step Functions looks after the children of a distributed map',
  },
  {
    role: 'Workflow role',
    actions: ['states:RedriveExecution'],
    resource: 'states:execution:Workflow state machine/PackShards:*',
    because: 'a redrive of an execution redrives the children of its map',
  },
  {
    role: 'Purge Schedule role',
    actions: ['sqs:SendMessage'],
    resource: 'Purge Schedule undelivered queue',
    because: 'Scheduler keeps there what it could not deliver after a day of retries',
  },
  {
    role: 'Evidence Schedules role',
    actions: ['sqs:SendMessage'],
    resource: 'Evidence Schedules undelivered queue',
    because: 'Scheduler keeps there what it could not deliver after a day of retries',
  },
  {
    role: 'certificate-final role',
    actions: ['sqs:SendMessage'],
    resource: 'Evidence Schedules undelivered queue',
    because: 'Lambda keeps there what the function failed at, with the role of the function',
  },
  {
    role: 'checkpoint role',
    actions: ['sqs:SendMessage'],
    resource: 'Evidence Schedules undelivered queue',
    because: 'Lambda keeps there what the function failed at, with the role of the function',
  },
  {
    role: 'Api rest cloud watch role',
    actions: [
      'logs:CreateLogGroup',
      'logs:CreateLogStream',
      'logs:DescribeLogGroups',
      'logs:DescribeLogStreams',
      'logs:FilterLogEvents',
      'logs:GetLogEvents',
      'logs:PutLogEvents',
    ],
    resource: '*',
    because:
      'a setting of the account for all logs of API Gateway, in the policy that AWS made for it',
  },
];

export function isOnlyOnAws(grant: Grant, { role, actions, resource }: OnlyOnAws): boolean {
  return (
    (role === '*' || role === grant.role) &&
    actions.includes(grant.action) &&
    (resource === '*' || resource === grant.resource)
  );
}
