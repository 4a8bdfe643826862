import { CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { ResidueSource } from '../lambdas/core/residue.ts';

/** Kept for good and on purpose: it holds ids, counts and hashes, and is what the certificate is checked against. */
const LEDGER_TABLE = 'Ledger/Table';

const KEEPERS: ReadonlySet<string> = new Set([
  'AWS::DynamoDB::Table',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::Events::Archive',
  'AWS::StepFunctions::StateMachine',
  'AWS::ApiGateway::Stage',
]);

/** "It typically takes up to 72 hours after that before log events are deleted, but in rare situations might take longer." */
const LOGS_LINGER_DAYS = 3;
const LOGS_LINGER_SOURCE =
  'https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html';

type Properties = Readonly<Record<string, unknown>>;

/**
 * What this deployment keeps of a purged plane by itself and until when, read from its resources as they are synthesised: change a
 * retention and the certificate says so. What is written down under `Source` is what the figure was taken from.
 * @throws Error for a resource that keeps things without an end: no certificate could ever be final
 */
export function residueRegister(product: IConstruct): readonly ResidueSource[] {
  const entries = product.node
    .findAll()
    .filter((construct) => CfnResource.isCfnResource(construct))
    .flatMap((resource) => entriesOf(resource, nameOf(product, resource)));
  return merged(entries);
}

function entriesOf(resource: CfnResource, name: string): readonly ResidueSource[] {
  // Only of these types: the register stands itself in the properties of a function.
  if (!KEEPERS.has(resource.cfnResourceType)) return [];
  const properties = propertiesOf(resource);
  switch (resource.cfnResourceType) {
    case 'AWS::DynamoDB::Table':
      return name === LEDGER_TABLE ? [] : tableEntries(properties, name);
    case 'AWS::Logs::LogGroup':
      return [
        {
          what: 'the logs of the functions and the API',
          kind: 'cloudwatch-logs',
          days: ended(properties.RetentionInDays, name) + LOGS_LINGER_DAYS,
          source: `RetentionInDays of the log groups; what has expired is typically deleted within 72 hours (${LOGS_LINGER_SOURCE})`,
        },
      ];
    case 'AWS::S3::Bucket':
      return bucketEntries(properties, name);
    case 'AWS::SQS::Queue':
      return [
        {
          what: 'messages that could not be delivered',
          kind: 'sqs-message-retention',
          days: Math.ceil(Number(properties.MessageRetentionPeriod ?? 345_600) / 86_400),
          source: 'MessageRetentionPeriod of the queues',
        },
      ];
    case 'AWS::Events::Archive':
      return [
        {
          what: 'archived events',
          kind: 'eventbridge-archive',
          days: ended(properties.RetentionDays, name),
          source: `RetentionDays of ${name}`,
        },
      ];
    case 'AWS::StepFunctions::StateMachine':
      return [
        {
          what: 'the history of the executions',
          kind: 'step-functions-history',
          // 90 days after an execution has ended; the one that certifies ends within the day.
          days: 91,
          source: 'https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html',
        },
      ];
    case 'AWS::ApiGateway::Stage':
      if (properties.TracingEnabled !== true) return [];
      return [
        {
          // With the path of a request, which names the plane.
          what: 'traces of the requests to the API',
          kind: 'x-ray-traces',
          days: 30,
          source: 'https://docs.aws.amazon.com/general/latest/gr/xray.html',
        },
      ];
    default:
      return [];
  }
}

function tableEntries(properties: Properties, name: string): readonly ResidueSource[] {
  const recovery = Object(properties.PointInTimeRecoverySpecification);
  if (recovery.PointInTimeRecoveryEnabled !== true) return [];
  return [
    {
      what: `items of the table ${name}`,
      kind: 'dynamodb-point-in-time-recovery',
      // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html
      days: Number(recovery.RecoveryPeriodInDays ?? 35),
      source: 'PointInTimeRecoverySpecification of the table',
    },
  ];
}

/** Only what expires by a rule: a purge deletes the versions of the vault itself, and lists that they are gone. */
function bucketEntries(properties: Properties, name: string): readonly ResidueSource[] {
  if (properties.ReplicationConfiguration !== undefined)
    throw new Error(`${name} is replicated: its replicas would keep what a purge destroys`);
  const rules: readonly Properties[] = Object(properties.LifecycleConfiguration).Rules ?? [];
  const days = rules.map(({ ExpirationInDays, NoncurrentVersionExpiration }) =>
    ExpirationInDays === undefined
      ? 0
      : Number(ExpirationInDays) + Number(Object(NoncurrentVersionExpiration).NoncurrentDays ?? 0),
  );
  const longest = Math.max(0, ...days);
  if (longest === 0) return [];
  return [
    {
      what: `objects of the bucket ${name}`,
      kind: 's3-expiration',
      // S3 expires at midnight UTC after the day, and then removes within a day.
      days: longest + 2,
      source: 'LifecycleConfiguration of the bucket',
    },
  ];
}

/** One entry for what is the same, with the longest time: a certificate is read by people. */
function merged(entries: readonly ResidueSource[]): readonly ResidueSource[] {
  const byWhat = new Map<string, ResidueSource>();
  for (const entry of entries) {
    const known = byWhat.get(entry.what);
    if (!known || known.days < entry.days) byWhat.set(entry.what, entry);
  }
  return [...byWhat.values()].sort((one, other) => (one.what < other.what ? -1 : 1));
}

function ended(days: unknown, name: string): number {
  if (typeof days === 'number') return days;
  throw new Error(`${name} keeps things without an end: no certificate could ever be final`);
}

function propertiesOf(resource: CfnResource): Properties {
  const template = Object(Stack.of(resource).resolve(resource._toCloudFormation()));
  const [body] = Object.values(Object(template.Resources));
  return Object(Object(body).Properties);
}

/** `Registry/Planes` of `Offboarding-prod/Offboarding/Registry/Planes/Resource`. */
function nameOf(product: IConstruct, resource: CfnResource): string {
  return resource.node.path.slice(product.node.path.length + 1).replace(/\/Resource$/, '');
}
