import { LOCAL_ACCOUNT, LOCAL_REGION } from '../aws-service.ts';
import { streamArn } from '../dynamodb/stream.ts';
import { NO_EFFECT_TYPES } from './no-effect-types.ts';
import { globalArn, localArn, type ResourceIdentity } from './resource-identity.ts';

/** What `Ref` and `Fn::GetAtt` answer for one type, as its page in the CloudFormation reference says under "Return values". */
export interface ResourceType {
  /** The property that names the resource; without it, or without a value, the name is made up. */
  readonly nameProperty?: string;
  /** Longest name the service accepts. */
  readonly maxNameLength?: number;
  readonly lowerCaseName?: true;
  readonly ref: (resource: ResourceIdentity) => string;
  readonly attributes: Readonly<Record<string, (resource: ResourceIdentity) => string>>;
  /** Why the embedded cloud may leave this resource out; undefined for a resource it provides. */
  readonly noEffect?: string;
}

const name = (resource: ResourceIdentity): string => resource.name;
/** Ids of API Gateway are ten letters and digits, ids of its resources six. */
const apiId = (resource: ResourceIdentity): string => resource.digits.slice(0, 10);

const bucketArn = (resource: ResourceIdentity): string => `arn:aws:s3:::${resource.name}`;
const tableArn = (resource: ResourceIdentity): string =>
  localArn('dynamodb', `table/${resource.name}`);
const topicArn = (resource: ResourceIdentity): string => localArn('sns', resource.name);
const roleArn = (resource: ResourceIdentity): string => globalArn('iam', `role/${resource.name}`);
const functionArn = (resource: ResourceIdentity): string =>
  localArn('lambda', `function:${resource.name}`);
const aliasArn = (resource: ResourceIdentity): string =>
  localArn('lambda', `function:${resource.property('FunctionName')}:${resource.name}`);
const stateMachineArn = (resource: ResourceIdentity): string =>
  localArn('states', `stateMachine:${resource.name}`);
/** A version 4 UUID in form. */
const keyId = ({ digits }: ResourceIdentity): string =>
  `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;

const TABLE: ResourceType = {
  nameProperty: 'TableName',
  maxNameLength: 255,
  ref: name,
  attributes: { Arn: tableArn, TableId: keyId, StreamArn: (table) => streamArn(table.name) },
};

const PROVIDED_TYPES: Readonly<Record<string, ResourceType>> = {
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    maxNameLength: 63,
    lowerCaseName: true,
    ref: name,
    attributes: {
      Arn: bucketArn,
      DomainName: (bucket) => `${bucket.name}.s3.amazonaws.com`,
      RegionalDomainName: (bucket) => `${bucket.name}.s3.${LOCAL_REGION}.amazonaws.com`,
    },
  },
  'AWS::S3::BucketPolicy': { ref: (policy) => policy.property('Bucket'), attributes: {} },
  'AWS::DynamoDB::Table': TABLE,
  'AWS::DynamoDB::GlobalTable': TABLE,
  'AWS::KMS::Key': {
    ref: keyId,
    attributes: { Arn: (key) => localArn('kms', `key/${keyId(key)}`), KeyId: keyId },
  },
  'AWS::KMS::Alias': { nameProperty: 'AliasName', ref: name, attributes: {} },
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    maxNameLength: 64,
    ref: name,
    attributes: {
      Arn: roleArn,
      RoleId: (role) => `AROA${role.digits.slice(0, 17).toUpperCase()}`,
    },
  },
  'AWS::IAM::Policy': { nameProperty: 'PolicyName', ref: name, attributes: {} },
  'AWS::IAM::ManagedPolicy': {
    nameProperty: 'ManagedPolicyName',
    maxNameLength: 128,
    ref: (policy) => globalArn('iam', `policy/${policy.name}`),
    attributes: { PolicyArn: (policy) => globalArn('iam', `policy/${policy.name}`) },
  },
  'AWS::Lambda::Function': {
    nameProperty: 'FunctionName',
    maxNameLength: 64,
    ref: name,
    attributes: { Arn: functionArn },
  },
  'AWS::Lambda::Alias': { nameProperty: 'Name', ref: aliasArn, attributes: { AliasArn: aliasArn } },
  'AWS::Lambda::Permission': { ref: name, attributes: {} },
  'AWS::Lambda::EventSourceMapping': { ref: keyId, attributes: { Id: keyId } },
  'AWS::StepFunctions::StateMachine': {
    nameProperty: 'StateMachineName',
    maxNameLength: 80,
    ref: stateMachineArn,
    attributes: { Arn: stateMachineArn, Name: name },
  },
  'AWS::Scheduler::ScheduleGroup': {
    nameProperty: 'Name',
    maxNameLength: 64,
    ref: name,
    attributes: { Arn: (group) => localArn('scheduler', `schedule-group/${group.name}`) },
  },
  'AWS::Scheduler::Schedule': {
    nameProperty: 'Name',
    maxNameLength: 64,
    ref: name,
    attributes: {},
  },
  'AWS::Events::EventBus': {
    nameProperty: 'Name',
    maxNameLength: 256,
    ref: name,
    attributes: { Arn: (bus) => localArn('events', `event-bus/${bus.name}`), Name: name },
  },
  'AWS::Events::EventBusPolicy': { ref: name, attributes: {} },
  'AWS::Events::Rule': {
    nameProperty: 'Name',
    maxNameLength: 64,
    ref: name,
    // Of a rule on a bus of its own; nothing here names a rule of the default bus by its ARN.
    attributes: {
      Arn: (rule) => localArn('events', `rule/${rule.property('EventBusName')}/${rule.name}`),
    },
  },
  'AWS::SNS::Topic': {
    nameProperty: 'TopicName',
    ref: topicArn,
    attributes: { TopicArn: topicArn, TopicName: name },
  },
  'AWS::SNS::TopicPolicy': { ref: name, attributes: {} },
  'AWS::SQS::QueuePolicy': { ref: name, attributes: {} },
  'AWS::ApiGateway::RestApi': {
    nameProperty: 'Name',
    ref: apiId,
    attributes: { RestApiId: apiId, RootResourceId: (api) => api.digits.slice(10, 20) },
  },
  'AWS::ApiGateway::Resource': {
    ref: (resource) => resource.digits.slice(0, 6),
    attributes: { ResourceId: (resource) => resource.digits.slice(0, 6) },
  },
  'AWS::ApiGateway::Method': { ref: name, attributes: {} },
  'AWS::ApiGateway::Model': { nameProperty: 'Name', ref: name, attributes: {} },
  'AWS::ApiGateway::RequestValidator': {
    ref: (validator) => validator.digits.slice(0, 6),
    attributes: { RequestValidatorId: (validator) => validator.digits.slice(0, 6) },
  },
  'AWS::ApiGateway::GatewayResponse': { ref: apiId, attributes: { Id: apiId } },
  'AWS::ApiGateway::Stage': { nameProperty: 'StageName', ref: name, attributes: {} },
};

/** @throws Error naming a type that nobody decided about: it must not be left out in silence */
export function resourceType(type: string): ResourceType {
  const known = PROVIDED_TYPES[type] ?? NO_EFFECT_TYPES[type];
  if (known) return known;
  throw new Error(
    `the embedded cloud does not provide ${type}: add it to PROVIDED_TYPES, or to NO_EFFECT_TYPES with the reason`,
  );
}

/** The pseudo parameters of every template. */
export function pseudoParameters(stackName: string): Readonly<Record<string, string>> {
  return {
    'AWS::AccountId': LOCAL_ACCOUNT,
    'AWS::Region': LOCAL_REGION,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stackName,
    'AWS::StackId': localArn('cloudformation', `stack/${stackName}/local`),
  };
}
