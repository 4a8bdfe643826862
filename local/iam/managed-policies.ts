import { parseIdentityPolicy, type Statement } from './policy.ts';

/** The AWS-managed policies that roles of this product and of CDK attach: they write logs and traces only. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': [
    'logs:CreateLogGroup',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
  ],
  'arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs': [
    'logs:CreateLogGroup',
    'logs:CreateLogStream',
    'logs:DescribeLogGroups',
    'logs:DescribeLogStreams',
    'logs:PutLogEvents',
    'logs:GetLogEvents',
    'logs:FilterLogEvents',
  ],
  'arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess': [
    'xray:PutTraceSegments',
    'xray:PutTelemetryRecords',
    'xray:GetSamplingRules',
    'xray:GetSamplingTargets',
    'xray:GetSamplingStatisticSummaries',
  ],
};

/** @throws Error naming a policy whose content is not known here */
export function awsManagedPolicy(arn: string): readonly Statement[] {
  const actions = ACTIONS[arn];
  if (!actions) throw new Error(`what ${arn} allows is not known here`);
  return parseIdentityPolicy(arn, {
    Statement: { Effect: 'Allow', Action: actions, Resource: '*' },
  });
}
