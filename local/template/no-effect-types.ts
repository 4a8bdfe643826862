import { globalArn, localArn, type ResourceIdentity } from './resource-identity.ts';
import type { ResourceType } from './resource-types.ts';

const name = (resource: ResourceIdentity): string => resource.name;
const shortId = (resource: ResourceIdentity): string => resource.digits.slice(0, 10);
const topicArn = (topic: ResourceIdentity): string => localArn('sns', topic.name);

const NO_LOG_SERVICE = 'Lambdas log to this process; nothing reads a log group';
const NO_METRICS = 'no metrics are kept';
const NO_SUBSCRIBERS = 'nobody is subscribed: a topic keeps its messages to be read';
const NO_QUEUES = 'queues only keep what could not be delivered; no Lambda reads one';
const NO_STACK_LIFECYCLE =
  'it works when a stack is created or deleted; the embedded cloud just ends';
const ALWAYS_DEPLOYED = 'the API is served as declared, there is nothing to deploy';

/** Resources of a real deployment that change nothing about how an offboarding runs on this machine. */
export const NO_EFFECT_TYPES: Readonly<Record<string, ResourceType>> = {
  'AWS::ApiGateway::Account': { ref: shortId, attributes: {}, noEffect: NO_LOG_SERVICE },
  'AWS::ApiGateway::Deployment': {
    ref: shortId,
    attributes: { DeploymentId: shortId },
    noEffect: ALWAYS_DEPLOYED,
  },
  'AWS::CDK::Metadata': { ref: name, attributes: {}, noEffect: 'it is for AWS statistics' },
  'AWS::CloudFormation::WaitConditionHandle': {
    ref: name,
    attributes: {},
    noEffect: NO_STACK_LIFECYCLE,
  },
  'AWS::CloudWatch::Alarm': {
    nameProperty: 'AlarmName',
    ref: name,
    attributes: { Arn: (alarm) => localArn('cloudwatch', `alarm:${alarm.name}`) },
    noEffect: NO_METRICS,
  },
  'AWS::CloudWatch::CompositeAlarm': {
    nameProperty: 'AlarmName',
    ref: name,
    attributes: { Arn: (alarm) => localArn('cloudwatch', `alarm:${alarm.name}`) },
    noEffect: NO_METRICS,
  },
  'AWS::CloudWatch::Dashboard': {
    nameProperty: 'DashboardName',
    ref: name,
    attributes: {},
    noEffect: NO_METRICS,
  },
  'AWS::Lambda::EventInvokeConfig': {
    ref: name,
    attributes: {},
    noEffect: 'an asynchronous invocation that fails is reported, not repeated',
  },
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    ref: name,
    attributes: { Arn: (group) => `${localArn('logs', `log-group:${group.name}`)}:*` },
    noEffect: NO_LOG_SERVICE,
  },
  'AWS::Logs::MetricFilter': { ref: name, attributes: {}, noEffect: NO_METRICS },
  'AWS::Logs::QueryDefinition': { ref: name, attributes: {}, noEffect: NO_LOG_SERVICE },
  'AWS::Logs::ResourcePolicy': { ref: name, attributes: {}, noEffect: NO_LOG_SERVICE },
  'AWS::SNS::Subscription': { ref: topicArn, attributes: {}, noEffect: NO_SUBSCRIBERS },
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    maxNameLength: 80,
    ref: (queue) => `https://sqs.amazonaws.com/${queue.name}`,
    attributes: { Arn: (queue) => localArn('sqs', queue.name), QueueName: name },
    noEffect: NO_QUEUES,
  },
  'AWS::XRay::Group': {
    ref: name,
    attributes: { GroupARN: (group) => globalArn('xray', `group/${group.name}`) },
    noEffect: NO_METRICS,
  },
  'Custom::S3AutoDeleteObjects': { ref: name, attributes: {}, noEffect: NO_STACK_LIFECYCLE },
};
