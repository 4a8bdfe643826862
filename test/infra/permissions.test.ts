import { describe, expect, it } from 'vitest';
import { LAMBDA_NAMES } from '../../infra/bundle.ts';
import { GATE_ASKED_BY } from '../../lambdas/policy-gate/asked-by.ts';
import { RECORDED_BY } from '../../lambdas/recorder/recorded-by.ts';
import { resourceOf, resourcesOf } from '../support/assembly.ts';
import { allows, roleStatements, textOf } from '../support/policy-statements.ts';

const STACK = 'Offboarding-prod';
const statements = roleStatements(STACK);
const logicalId = (type: string, prefix: string) => resourceOf(STACK, type, prefix).logicalId;
const ledger = logicalId('AWS::DynamoDB::Table', 'OffboardingLedger');
const stateMachine = logicalId('AWS::StepFunctions::StateMachine', 'Offboarding');

/** Which roles may do this to this resource, by the construct that has them. */
function rolesThatMay(action: string, resource: string): readonly string[] {
  const roles = statements
    .filter(({ actions }) => actions.some((pattern) => allows(pattern, action)))
    .filter(({ resources }) => resources.some((text) => text === '*' || text.includes(resource)))
    .map(({ role }) => role.replace(/^Offboarding/, '').replace(/(function)?Role[0-9A-F]{8}$/, ''));
  return [...new Set(roles)].sort();
}

describe('the ledger', () => {
  it('is written by the recorder and by nobody else', () => {
    expect(rolesThatMay('dynamodb:PutItem', ledger)).toEqual(['recorder']);
  });

  it.each([
    'dynamodb:UpdateItem',
    'dynamodb:DeleteItem',
    'dynamodb:BatchWriteItem',
    'dynamodb:PartiQLInsert',
    'dynamodb:PartiQLUpdate',
    'dynamodb:PartiQLDelete',
  ])('allows %s to no role', (action) => {
    expect(rolesThatMay(action, ledger)).toEqual([]);
  });

  it('denies update and delete to everybody in the account, and new entries to all but the recorder', () => {
    const table = resourceOf(STACK, 'AWS::DynamoDB::Table', ledger);
    expect(table.Properties.ResourcePolicy).toEqual({
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'NobodyRewritesHistory',
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: [
              'dynamodb:BatchWriteItem',
              'dynamodb:DeleteItem',
              'dynamodb:PartiQLDelete',
              'dynamodb:PartiQLInsert',
              'dynamodb:PartiQLUpdate',
              'dynamodb:UpdateItem',
            ],
            Resource: '*',
          },
          {
            Sid: 'OnlyTheRecorderAppends',
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 'dynamodb:PutItem',
            Resource: '*',
            Condition: {
              ArnNotEquals: {
                'aws:PrincipalArn': {
                  'Fn::GetAtt': [expect.stringMatching(/^OffboardingrecorderfunctionRole/), 'Arn'],
                },
              },
            },
          },
        ],
      },
    });
  });
});

describe('the evidence', () => {
  const bucket = logicalId('AWS::S3::Bucket', 'OffboardingEvidenceBucket');

  it('is written by who signs it, deleted by nobody, and read by version by who checkpoints', () => {
    expect(rolesThatMay('s3:PutObject', bucket)).toEqual([
      'certificate',
      'certificatefinal',
      'checkpoint',
    ]);
    for (const action of ['s3:DeleteObject', 's3:DeleteObjectVersion'])
      expect(rolesThatMay(action, bucket)).toEqual([]);
    for (const action of ['s3:ListBucketVersions', 's3:GetObjectVersion'])
      expect(rolesThatMay(action, bucket)).toEqual(['checkpoint']);
    expect(rolesThatMay('s3:ListBucket', bucket)).toEqual([]);
  });

  it('denies to everybody to hide it, and to all but who signs to write it, for as long as the bucket is there', () => {
    const policy = resourceOf(STACK, 'AWS::S3::BucketPolicy', 'OffboardingEvidenceBucket');
    expect(policy).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    const arn = { 'Fn::GetAtt': [bucket, 'Arn'] };
    const objects = { 'Fn::Join': ['', [arn, '/*']] };
    const roleOf = (name: string) => ({
      'Fn::GetAtt': [expect.stringMatching(new RegExp(`^Offboarding${name}functionRole`)), 'Arn'],
    });
    expect(policy.Properties.PolicyDocument).toMatchObject({
      Statement: expect.arrayContaining([
        {
          Sid: 'NobodyHidesEvidence',
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: [
            's3:DeleteObject',
            's3:DeleteObjectVersion',
            's3:PutLifecycleConfiguration',
            's3:ReplicateDelete',
            's3:ReplicateObject',
          ],
          Resource: [arn, objects],
        },
        {
          Sid: 'OnlyWhoSignsWrites',
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: 's3:PutObject',
          Resource: objects,
          Condition: {
            ArnNotEquals: {
              'aws:PrincipalArn': [
                roleOf('certificate'),
                roleOf('certificatefinal'),
                roleOf('checkpoint'),
              ],
            },
          },
        },
      ]),
    });
  });
});

describe('the bus', () => {
  it('takes events from the function that publishes the ledger, and from no other role', () => {
    const bus = logicalId('AWS::Events::EventBus', 'OffboardingEventsBus');
    expect(rolesThatMay('events:PutEvents', bus)).toEqual(['publishevents']);
    expect(
      statements.flatMap(({ actions }) => actions).filter((a) => a.startsWith('events:')),
    ).toEqual(['events:PutEvents']);
  });

  it('denies events to everybody else in the account', () => {
    const [[, policy] = [], ...others] = resourcesOf(STACK, 'AWS::Events::EventBusPolicy');
    expect(others).toEqual([]);
    expect(policy?.Properties.Statement).toEqual({
      Sid: 'cdk-OnlyTheLedgerIsPublished',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 'events:PutEvents',
      Resource: {
        'Fn::GetAtt': [logicalId('AWS::Events::EventBus', 'OffboardingEventsBus'), 'Arn'],
      },
      Condition: {
        ArnNotEquals: {
          'aws:PrincipalArn': {
            'Fn::GetAtt': [expect.stringMatching(/^OffboardingpublisheventsfunctionRole/), 'Arn'],
          },
        },
      },
    });
  });

  it('is fed with new images, in the order of each plane, until they are a day old', () => {
    expect(
      resourceOf(STACK, 'AWS::DynamoDB::Table', ledger).Properties.StreamSpecification,
    ).toEqual({
      StreamViewType: 'NEW_IMAGE',
    });
    const [[, mapping] = [], ...others] = resourcesOf(STACK, 'AWS::Lambda::EventSourceMapping');
    expect(others).toEqual([]);
    expect(mapping?.Properties).toMatchObject({
      BatchSize: 100,
      BisectBatchOnFunctionError: false,
      ParallelizationFactor: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRecordAgeInSeconds: 82_800,
      StartingPosition: 'TRIM_HORIZON',
      DestinationConfig: {
        OnFailure: {
          Destination: { 'Fn::GetAtt': [expect.stringMatching(/EventsUndelivered/), 'Arn'] },
        },
      },
    });
    expect(mapping?.Properties).not.toHaveProperty('MaximumRetryAttempts');
    expect(mapping?.Properties).not.toHaveProperty('FilterCriteria');
  });
});

describe('the topics', () => {
  it('are encrypted under a key that lets EventBridge in, take no request without TLS, and no role publishes to them', () => {
    const key = resourceOf(STACK, 'AWS::KMS::Key', 'OffboardingNotificationsKey');
    expect(key.Properties.KeyPolicy).toMatchObject({
      Statement: expect.arrayContaining([
        {
          Sid: 'EventsReachTheTopics',
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
          Resource: '*',
        },
      ]),
    });
    const topics = resourcesOf(STACK, 'AWS::SNS::Topic');
    expect(topics).toHaveLength(2);
    for (const [id, { Properties }] of topics) {
      expect(Properties.KmsMasterKeyId).toEqual({ 'Fn::GetAtt': [key.logicalId, 'Arn'] });
      expect(rolesThatMay('sns:Publish', id)).toEqual([]);
    }
    const policies = resourcesOf(STACK, 'AWS::SNS::TopicPolicy');
    expect(policies).toHaveLength(2);
    for (const [, { Properties }] of policies) {
      const text = JSON.stringify(Properties);
      expect(text).toContain('"aws:SecureTransport":"false"');
      expect(text).toContain('"Service":"events.amazonaws.com"');
      // EventBridge gives topics no source to ask for: with a condition nobody would be told (docs/decisions/0014).
      expect(text).not.toContain('aws:Source');
    }
  });

  it('are told by rules that keep what they could not tell', () => {
    const rules = resourcesOf(STACK, 'AWS::Events::Rule').filter(([, { Properties }]) =>
      JSON.stringify(Properties.Targets).includes('OffboardingNotifications'),
    );
    expect(rules).toHaveLength(3);
    for (const [, { Properties }] of rules)
      expect(Properties.Targets).toMatchObject([
        {
          DeadLetterConfig: {
            Arn: { 'Fn::GetAtt': [expect.stringMatching(/EventsUndelivered/), 'Arn'] },
          },
        },
      ]);
  });
});

describe('what destroys or decides', () => {
  const vault = logicalId('AWS::S3::Bucket', 'OffboardingVault');
  const tokenKey = logicalId('AWS::KMS::Key', 'OffboardingDecisionsTokenKey');
  const signingKey = logicalId('AWS::KMS::Key', 'OffboardingEvidenceSigningKey');

  it.each([
    ['s3:DeleteObjectVersion', vault, ['purge']],
    ['s3:DeleteObject', vault, []],
    ['s3:DeleteObjectVersion', 'knowledge-prod-*', ['archiveevict', 'purge']],
    ['s3:PutObject', 'knowledge-prod-*', []],
    ['dynamodb:DeleteItem', 'table/knowledge-prod-*', ['archiveevict', 'purge']],
    ['dynamodb:PutItem', 'table/knowledge-prod-*', []],
    ['dynamodb:UpdateItem', 'table/knowledge-prod-*', ['deactivate']],
    ['lambda:PutFunctionConcurrency', 'function:knowledge-prod-*', ['deactivate']],
    // Who asks for a decision cannot read the token, who takes it cannot make one.
    ['kms:Encrypt', tokenKey, ['awaitapproval', 'requestapproval']],
    ['kms:Decrypt', tokenKey, ['apiapproval']],
    ['states:SendTaskSuccess', stateMachine, ['apiapproval']],
    [
      'states:StartExecution',
      stateMachine,
      ['PurgeSchedule', 'WorkflowStateMachine', 'apioffboarding'],
    ],
    ['kms:Sign', signingKey, ['certificate', 'certificatefinal', 'checkpoint']],
  ])('%s on %s is for %j', (action, resource, roles) => {
    expect(rolesThatMay(action, resource)).toEqual(roles);
  });

  it.each([
    ['recorder', RECORDED_BY],
    ['policygate', GATE_ASKED_BY],
  ])('asks the %s by an alias of its own, and in no other way', (name, askedBy) => {
    const asked = logicalId('AWS::Lambda::Function', `Offboarding${name}`);
    const aliases = resourcesOf(STACK, 'AWS::Lambda::Alias').filter(
      ([, { Properties }]) =>
        JSON.stringify(Properties.FunctionName) === JSON.stringify({ Ref: asked }),
    );
    expect(aliases.map(([, { Properties }]) => Properties.Name).sort()).toEqual(
      Object.keys(askedBy).sort(),
    );
    for (const [alias, { Properties }] of aliases) {
      expect(Properties).toMatchObject({ FunctionVersion: '$LATEST' });
      expect(rolesThatMay('lambda:InvokeFunction', alias), alias).toEqual([
        Properties.Name === 'workflow'
          ? 'WorkflowStateMachine'
          : `${Properties.Name}`.replaceAll('-', ''),
      ]);
    }
    expect(rolesThatMay('lambda:InvokeFunction', asked)).toEqual([]);
  });
});

describe('every role', () => {
  /** What cannot be narrowed to a resource, and why. */
  const ON_EVERYTHING: Readonly<Record<string, string>> = {
    'xray:PutTraceSegments': 'X-Ray knows no resources for traces',
    'xray:PutTelemetryRecords': 'X-Ray knows no resources for traces',
    'xray:GetSamplingRules': 'X-Ray knows no resources for sampling',
    'xray:GetSamplingTargets': 'X-Ray knows no resources for sampling',
    'logs:CreateLogDelivery': 'Step Functions sets up its log delivery; the API takes no resource',
    'logs:GetLogDelivery': 'as above',
    'logs:UpdateLogDelivery': 'as above',
    'logs:DeleteLogDelivery': 'as above',
    'logs:ListLogDeliveries': 'as above',
    'logs:PutResourcePolicy': 'as above',
    'logs:DescribeResourcePolicies': 'as above',
    'logs:DescribeLogGroups': 'as above',
  };

  it('may do on every resource only what knows no resources', () => {
    const unbounded = statements
      .filter(({ resources }) => resources.includes('*'))
      .flatMap(({ actions }) => actions);
    expect([...new Set(unbounded)].sort()).toEqual(Object.keys(ON_EVERYTHING).sort());
  });

  it('is allowed single actions, no groups of them', () => {
    expect(statements.flatMap(({ actions }) => actions).filter((a) => a.includes('*'))).toEqual([]);
  });

  it('belongs to one function, and has no managed policy', () => {
    const functions = resourcesOf(STACK, 'AWS::Lambda::Function');
    expect(functions).toHaveLength(LAMBDA_NAMES.length);
    const roles = functions.map(([, { Properties }]) => textOf(Properties.Role));
    expect(new Set(roles).size).toBe(LAMBDA_NAMES.length);
    const managed = resourcesOf(STACK, 'AWS::IAM::Role')
      .filter(([, { Properties }]) => Properties.ManagedPolicyArns)
      .map(([id]) => id.replace(/[0-9A-F]{8}$/, ''));
    // The account's own setting for API Gateway's logs, which takes AWS's policy.
    expect(managed).toEqual(['OffboardingApiRestCloudWatchRole']);
  });

  /** Invoked when they are due, or fed by the ledger's stream, and by nobody else. */
  const DUE: ReadonlySet<string> = new Set(['certificate-final', 'checkpoint', 'publish-events']);

  it('of the state machine invokes the functions of the workflow and no others', () => {
    const invoked = statements
      .filter(({ role }) => role.startsWith('OffboardingWorkflow'))
      .filter(({ actions }) => actions.includes('lambda:InvokeFunction'))
      .flatMap(({ resources }) => resources)
      .map((text) => text.replace(/^\$\{Offboarding(\w+)functionFunction\w+\}(:\*)?$/, '$1'));
    expect([...new Set(invoked)].sort()).toEqual(
      LAMBDA_NAMES.filter((name) => !name.startsWith('api-') && !DUE.has(name))
        .map((name) => name.replaceAll('-', ''))
        .sort(),
    );
  });

  it('of the purge schedule starts the workflow or keeps what it could not start, and is assumed by its own schedules only', () => {
    const role = resourceOf(STACK, 'AWS::IAM::Role', 'OffboardingPurgeSchedule');
    expect(statements.filter(({ role: owner }) => owner === role.logicalId)).toMatchObject([
      {
        actions: ['sqs:SendMessage'],
        resources: [expect.stringContaining('PurgeScheduleUndelivered')],
        condition: undefined,
      },
      {
        actions: ['states:StartExecution'],
        resources: [`\${${stateMachine}}`],
        condition: undefined,
      },
    ]);
    expect(role.Properties.AssumeRolePolicyDocument).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: {
            StringEquals: {
              'aws:SourceAccount': { Ref: 'AWS::AccountId' },
              'aws:SourceArn': { 'Fn::GetAtt': [expect.stringMatching(/Group/), 'Arn'] },
            },
          },
        },
      ],
    });
  });

  it('hands a role to Scheduler where it makes schedules, and to nobody else', () => {
    const toScheduler = { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } };
    const passed = statements.filter(({ actions }) => actions.includes('iam:PassRole'));
    expect(
      passed.map(({ role, resources, condition }) => [
        role.replace(/^Offboarding/, '').replace(/(function)?Role[0-9A-F]{8}$/, ''),
        resources.map((text) => text.replace(/^\$\{Offboarding(\w+)Role\w{8}\}$/, '$1')),
        condition,
      ]),
    ).toEqual([
      ['certificate', ['EvidenceSchedules'], toScheduler],
      ['WorkflowStateMachine', ['PurgeSchedule'], toScheduler],
    ]);
  });
});
