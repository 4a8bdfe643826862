import { z } from 'zod';
import type { DynamoDb } from './dynamodb.ts';
import type { EventSources } from './event-source-mapping.ts';
import type { EventBuses } from './events.ts';
import type { Lambda } from './lambda/lambda.ts';
import type { S3Service } from './s3/s3-service.ts';
import type { S3Engine } from './s3-engine.ts';
import type { Scheduler } from './scheduler.ts';
import type { Sns } from './sns.ts';
import type { AslMachine } from './step-functions/asl.ts';
import type { StepFunctions } from './step-functions/step-functions.ts';
import type { Template, TemplateResource } from './template.ts';

/** The services that hold resources. */
export interface Provisioned {
  readonly s3: Pick<S3Service | S3Engine, 'createBucket'>;
  readonly dynamodb: Pick<DynamoDb, 'createTable'>;
  readonly lambda: Pick<Lambda, 'createFunction' | 'createAlias'>;
  readonly stepFunctions: Pick<StepFunctions, 'createStateMachine'>;
  readonly scheduler: Pick<Scheduler, 'createGroup' | 'createSchedule'>;
  readonly events: Pick<EventBuses, 'createBus' | 'createRule'>;
  readonly sns: Pick<Sns, 'createTopic'>;
  readonly eventSources: Pick<EventSources, 'createMapping'>;
}

type Provision = (resource: TemplateResource, services: Provisioned, template: Template) => unknown;

/** IAM, KMS and API Gateway read what is theirs from the template. */
const readFromTemplate: Provision = () => undefined;

const PROVISION: Readonly<Record<string, Provision>> = {
  'AWS::S3::Bucket': createBucket,
  'AWS::S3::BucketPolicy': readFromTemplate,
  'AWS::DynamoDB::Table': (resource, { dynamodb }) => dynamodb.createTable(resource),
  'AWS::DynamoDB::GlobalTable': (resource, { dynamodb }) => dynamodb.createTable(resource),
  'AWS::KMS::Key': readFromTemplate,
  'AWS::KMS::Alias': readFromTemplate,
  'AWS::IAM::Role': readFromTemplate,
  'AWS::IAM::Policy': readFromTemplate,
  'AWS::IAM::ManagedPolicy': readFromTemplate,
  'AWS::Lambda::Function': createFunction,
  'AWS::Lambda::Alias': createAlias,
  'AWS::Lambda::Permission': readFromTemplate,
  'AWS::StepFunctions::StateMachine': createStateMachine,
  'AWS::Lambda::EventSourceMapping': (resource, { eventSources }) =>
    eventSources.createMapping(resource),
  'AWS::Events::EventBus': ({ name }, { events }) => events.createBus(name),
  'AWS::Events::EventBusPolicy': readFromTemplate,
  'AWS::Events::Rule': (resource, { events }) => events.createRule(resource),
  'AWS::SNS::Topic': (resource, { sns }) => sns.createTopic(resource),
  'AWS::SNS::TopicPolicy': readFromTemplate,
  'AWS::SQS::QueuePolicy': readFromTemplate,
  'AWS::Scheduler::ScheduleGroup': ({ name }, { scheduler }) => scheduler.createGroup(name),
  'AWS::Scheduler::Schedule': (resource, { scheduler }) => scheduler.createSchedule(resource),
  'AWS::ApiGateway::RestApi': readFromTemplate,
  'AWS::ApiGateway::Resource': readFromTemplate,
  'AWS::ApiGateway::Method': readFromTemplate,
  'AWS::ApiGateway::Model': readFromTemplate,
  'AWS::ApiGateway::RequestValidator': readFromTemplate,
  'AWS::ApiGateway::GatewayResponse': readFromTemplate,
  'AWS::ApiGateway::Stage': readFromTemplate,
};

/** What names other resources that must be there: a function, a group. */
const LAST: readonly string[] = [
  'AWS::Lambda::Alias',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Scheduler::Schedule',
];

/** Creates every resource of the template. @throws Error naming a resource that nothing here provides */
export async function provision(template: Template, services: Provisioned): Promise<void> {
  const inOrder = [...template.resources.values()].sort(
    (a, b) => LAST.indexOf(a.type) - LAST.indexOf(b.type),
  );
  for (const resource of inOrder) {
    if (resource.noEffect !== undefined) continue;
    const create = PROVISION[resource.type];
    if (!create) throw new Error(`${resource.path}: nothing provides ${resource.type}`);
    try {
      await create(resource, services, template);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${resource.path} (${resource.type}): ${reason}`, { cause: error });
    }
  }
}

const bucketSchema = z.object({
  VersioningConfiguration: z.object({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
  ObjectLockEnabled: z.boolean().default(false),
  ObjectLockConfiguration: z
    .object({
      Rule: z.object({
        DefaultRetention: z.strictObject({
          Mode: z.enum(['GOVERNANCE', 'COMPLIANCE']),
          Days: z.coerce.number(),
        }),
      }),
    })
    .optional(),
  BucketEncryption: z
    .object({
      ServerSideEncryptionConfiguration: z.tuple([
        z.object({
          ServerSideEncryptionByDefault: z.object({ KMSMasterKeyID: z.string().optional() }),
        }),
      ]),
    })
    .optional(),
});

function createBucket({ name, properties }: TemplateResource, { s3 }: Provisioned): unknown {
  const { VersioningConfiguration, ObjectLockEnabled, ObjectLockConfiguration, BucketEncryption } =
    bucketSchema.parse(properties);
  const retention = ObjectLockConfiguration?.Rule.DefaultRetention;
  const [rule] = BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
  const encryptionKeyArn = rule?.ServerSideEncryptionByDefault.KMSMasterKeyID;
  return s3.createBucket(name, {
    versioned: VersioningConfiguration?.Status === 'Enabled',
    objectLock: ObjectLockEnabled,
    ...(retention && { defaultRetention: { mode: retention.Mode, days: retention.Days } }),
    ...(encryptionKeyArn !== undefined && { encryptionKeyArn }),
  });
}

const functionSchema = z.object({
  Code: z.object({ S3Key: z.string() }),
  Handler: z.string(),
  Role: z.string(),
  // Lambda's own defaults: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
  Timeout: z.number().default(3),
  MemorySize: z.number().default(128),
  ReservedConcurrentExecutions: z.number().optional(),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()) }).optional(),
});

function createFunction(
  { name, properties }: TemplateResource,
  { lambda }: Provisioned,
  template: Template,
): Promise<string> {
  const { Code, Environment, ReservedConcurrentExecutions, ...settings } =
    functionSchema.parse(properties);
  return lambda.createFunction({
    name,
    directory: template.assetPath(Code.S3Key),
    handler: settings.Handler,
    environment: Environment?.Variables ?? {},
    roleArn: settings.Role,
    timeoutSeconds: settings.Timeout,
    memoryMb: settings.MemorySize,
    ...(ReservedConcurrentExecutions !== undefined && {
      reservedConcurrency: ReservedConcurrentExecutions,
    }),
  });
}

const aliasSchema = z.strictObject({
  FunctionName: z.string(),
  Name: z.string(),
  // Versions are not embedded.
  FunctionVersion: z.literal('$LATEST'),
});

function createAlias({ properties }: TemplateResource, { lambda }: Provisioned): void {
  const { FunctionName, Name } = aliasSchema.parse(properties);
  lambda.createAlias(FunctionName, Name);
}

const stateMachineSchema = z.object({
  RoleArn: z.string(),
  DefinitionString: z.string(),
  StateMachineType: z.literal('STANDARD').default('STANDARD'),
});

function createStateMachine(
  { name, properties }: TemplateResource,
  { stepFunctions }: Provisioned,
): void {
  const { RoleArn, DefinitionString } = stateMachineSchema.parse(properties);
  // Step Functions validates it: what is no state machine is refused there.
  const definition: AslMachine = JSON.parse(DefinitionString);
  stepFunctions.createStateMachine({ name, roleArn: RoleArn, definition });
}
