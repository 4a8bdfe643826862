import { describe, expect, test } from 'vitest';
import { AccessDenied } from '../../local/aws-service.ts';
import { matchesArn } from '../../local/iam/wildcard.ts';
import { createIam, type Iam } from '../../local/iam.ts';
import { resolveTemplate } from '../../local/template.ts';

const LEDGER = 'arn:aws:dynamodb:us-east-1:111122223333:table/Stack-Ledger';
const VAULT = 'arn:aws:s3:::stack-vault';
const ROOT = { AWS: { 'Fn::Join': ['', ['arn:aws:iam::', { Ref: 'AWS::AccountId' }, ':root']] } };

type Statement = Readonly<Record<string, unknown>>;
interface Policies {
  readonly identity?: Statement | readonly Statement[];
  readonly table?: Statement | readonly Statement[];
  readonly bucket?: Statement | readonly Statement[];
  readonly key?: Statement | readonly Statement[];
}

/** One role `Role` with an identity policy, a table, a bucket and a key with resource policies. */
function iamOf(policies: Policies): Iam {
  const resourcePolicy = (statements: Policies['table']): object =>
    statements ? { ResourcePolicy: { PolicyDocument: { Statement: statements } } } : {};
  const template = {
    Resources: {
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
      Other: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
      Ledger: { Type: 'AWS::DynamoDB::Table', Properties: resourcePolicy(policies.table) },
      Vault: { Type: 'AWS::S3::Bucket' },
      Key: {
        Type: 'AWS::KMS::Key',
        Properties: policies.key ? { KeyPolicy: { Statement: policies.key } } : {},
      },
      ...(policies.identity && {
        Policy: {
          Type: 'AWS::IAM::Policy',
          Properties: {
            PolicyDocument: { Version: '2012-10-17', Statement: policies.identity },
            Roles: [{ Ref: 'Role' }],
          },
        },
      }),
      ...(policies.bucket && {
        VaultPolicy: {
          Type: 'AWS::S3::BucketPolicy',
          Properties: {
            Bucket: { Ref: 'Vault' },
            PolicyDocument: { Statement: policies.bucket },
          },
        },
      }),
    },
  };
  return createIam(resolveTemplate(template, 'Stack'));
}

const allow = (Action: unknown, Resource: unknown, Condition?: object): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const deny = (Action: unknown, Resource: unknown, Condition?: object): Statement => ({
  ...allow(Action, Resource, Condition),
  Effect: 'Deny',
});
const to = (Principal: unknown, statement: Statement): Statement => ({ ...statement, Principal });

const PUT = ['dynamodb:PutItem', LEDGER] as const;
const READ = ['s3:GetObject', `${VAULT}/planes/kp_1/bagit.txt`] as const;

type Case = readonly [
  name: string,
  policies: Policies,
  call: readonly [action: string, resource: string, context?: Record<string, string | string[]>],
  refusal: RegExp | undefined,
];

const IDENTITY_CASES: readonly Case[] = [
  ['nothing is allowed by default', {}, PUT, /no policy allows it/],
  ['an allow', { identity: allow('dynamodb:PutItem', LEDGER) }, PUT, undefined],
  [
    'another action',
    { identity: allow('dynamodb:GetItem', LEDGER) },
    PUT,
    /not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:111122223333:table\/Stack-Ledger because no policy allows it/,
  ],
  ['another resource', { identity: allow('dynamodb:PutItem', `${LEDGER}2`) }, PUT, /no policy/],
  ['actions are case-insensitive', { identity: allow('DynamoDB:putitem', '*') }, PUT, undefined],
  ['an action wildcard', { identity: allow(['s3:List*', 'dynamodb:P*'], '*') }, PUT, undefined],
  [
    'a question mark is one character',
    { identity: allow('dynamodb:PutIte?', '*') },
    PUT,
    undefined,
  ],
  ['a question mark is not none', { identity: allow('dynamodb:PutItem?', '*') }, PUT, /no policy/],
  [
    'a resource wildcard crosses slashes',
    { identity: allow('s3:*', `${VAULT}/*`) },
    READ,
    undefined,
  ],
  ['a bucket is not its objects', { identity: allow('s3:*', VAULT) }, READ, /no policy/],
  [
    'a prefix is not its neighbour',
    { identity: allow('s3:*', `${VAULT}/planes/kp_1`) },
    READ,
    /no/,
  ],
  ['resources are case-sensitive', { identity: allow('*', LEDGER.toLowerCase()) }, PUT, /no/],
  [
    'the deployed names',
    { identity: allow('*', { 'Fn::GetAtt': ['Ledger', 'Arn'] }) },
    PUT,
    undefined,
  ],
  [
    'NotAction',
    { identity: { Effect: 'Allow', NotAction: 'dynamodb:Delete*', Resource: '*' } },
    PUT,
    undefined,
  ],
  [
    'NotAction excludes',
    { identity: { Effect: 'Allow', NotAction: 'dynamodb:*', Resource: '*' } },
    PUT,
    /no policy/,
  ],
  [
    'NotResource',
    { identity: { Effect: 'Allow', Action: '*', NotResource: VAULT } },
    PUT,
    undefined,
  ],
  [
    'NotResource excludes',
    { identity: { Effect: 'Allow', Action: '*', NotResource: [VAULT, LEDGER] } },
    PUT,
    /no policy/,
  ],
  [
    'a deny beats an allow, wherever it stands',
    { identity: [allow('*', '*'), deny('dynamodb:Put*', LEDGER)] },
    PUT,
    /identity policy Policy\/1 denies it/,
  ],
];

const RESOURCE_CASES: readonly Case[] = [
  [
    'a table policy that denies everybody beats the allow of an identity',
    {
      identity: allow('dynamodb:*', '*'),
      table: to('*', deny(['dynamodb:UpdateItem', 'dynamodb:DeleteItem'], '*')),
    },
    ['dynamodb:DeleteItem', LEDGER],
    /resource policy of Ledger\/0 denies it/,
  ],
  [
    'it leaves other actions alone',
    { identity: allow('dynamodb:*', '*'), table: to('*', deny('dynamodb:DeleteItem', '*')) },
    PUT,
    undefined,
  ],
  [
    'and other tables',
    { identity: allow('dynamodb:*', '*'), table: to('*', deny('dynamodb:*', '*')) },
    ['dynamodb:PutItem', `${LEDGER}2`],
    undefined,
  ],
  [
    'it covers the indexes of the table',
    { identity: allow('dynamodb:*', '*'), table: to('*', deny('dynamodb:Query', '*')) },
    ['dynamodb:Query', `${LEDGER}/index/byTenant`],
    /denies it/,
  ],
  [
    'the account as principal denies everybody in it',
    { identity: allow('*', '*'), table: to(ROOT, deny('*', '*')) },
    PUT,
    /denies it/,
  ],
  [
    'another role as principal denies nobody else',
    {
      identity: allow('*', '*'),
      table: to({ AWS: { 'Fn::GetAtt': ['Other', 'Arn'] } }, deny('*', '*')),
    },
    PUT,
    undefined,
  ],
  [
    'all but one role, by condition',
    {
      identity: allow('*', '*'),
      table: to(
        '*',
        deny('dynamodb:PutItem', '*', {
          ArnNotEquals: { 'aws:PrincipalArn': { 'Fn::GetAtt': ['Other', 'Arn'] } },
        }),
      ),
    },
    PUT,
    /denies it/,
  ],
  [
    'an allow at the resource is enough for the role it names',
    { bucket: to({ AWS: { 'Fn::GetAtt': ['Role', 'Arn'] } }, allow('s3:GetObject', `${VAULT}/*`)) },
    READ,
    undefined,
  ],
  [
    'an allow for the account leaves it to identity policies',
    { bucket: to(ROOT, allow('s3:GetObject', `${VAULT}/*`)) },
    READ,
    /no policy allows it/,
  ],
  [
    'an allow for a service is not one for a role',
    { bucket: to({ Service: 'cloudtrail.amazonaws.com' }, allow('s3:*', `${VAULT}/*`)) },
    READ,
    /no policy/,
  ],
  [
    'TLS only: loopback counts as TLS',
    {
      identity: allow('s3:*', '*'),
      bucket: to(
        { AWS: '*' },
        deny('s3:*', [VAULT, `${VAULT}/*`], { Bool: { 'aws:SecureTransport': 'false' } }),
      ),
    },
    READ,
    undefined,
  ],
];

const CONTEXT = {
  'dynamodb:LeadingKeys': ['kp_1', 'kp_2'],
  's3:prefix': 'planes/kp_1/',
  's3:max-keys': '100',
  'aws:SourceArn': 'arn:aws:states:us-east-1:111122223333:stateMachine:Offboarding',
  'kms:EncryptionContext:planeId': 'kp_1',
  's3:VersionId': [],
};
/** Condition, and whether an Allow with it allows; a Deny with it denies when it holds or cannot be told. */
const CONDITION_CASES: readonly (readonly [
  name: string,
  condition: object,
  outcome: 'holds' | 'fails' | 'cannot be told',
])[] = [
  ['StringEquals', { StringEquals: { 's3:prefix': ['x', 'planes/kp_1/'] } }, 'holds'],
  ['StringEquals fails', { StringEquals: { 's3:prefix': 'planes/*' } }, 'fails'],
  ['StringNotEquals', { StringNotEquals: { 's3:prefix': ['x', 'y'] } }, 'holds'],
  ['StringNotEquals fails', { StringNotEquals: { 's3:prefix': ['x', 'planes/kp_1/'] } }, 'fails'],
  ['StringEqualsIgnoreCase', { StringEqualsIgnoreCase: { 's3:prefix': 'PLANES/KP_1/' } }, 'holds'],
  ['StringLike', { StringLike: { 's3:prefix': 'planes/*' } }, 'holds'],
  ['StringLike fails', { StringLike: { 's3:prefix': 'certificates/*' } }, 'fails'],
  ['StringNotLike', { StringNotLike: { 's3:prefix': 'planes/*' } }, 'fails'],
  ['key names ignore case', { StringLike: { 'S3:Prefix': 'planes/*' } }, 'holds'],
  ['ArnLike', { ArnLike: { 'aws:SourceArn': 'arn:aws:states:*:*:stateMachine:Off*' } }, 'holds'],
  ['ArnLike stays within a part', { ArnLike: { 'aws:SourceArn': 'arn:aws:*:Off*' } }, 'fails'],
  ['ArnEquals fails', { ArnEquals: { 'aws:SourceArn': 'arn:aws:states:*:*:x' } }, 'fails'],
  ['ArnNotLike', { ArnNotLike: { 'aws:SourceArn': 'arn:aws:states:*:*:x' } }, 'holds'],
  ['Bool', { Bool: { 'aws:SecureTransport': 'true' } }, 'holds'],
  ['Bool, as JSON writes it', { Bool: { 'aws:SecureTransport': false } }, 'fails'],
  ['NumericLessThan', { NumericLessThan: { 's3:max-keys': 101 } }, 'holds'],
  ['NumericLessThan fails', { NumericLessThan: { 's3:max-keys': '100' } }, 'fails'],
  ['Null of what is there', { Null: { 's3:prefix': 'false' } }, 'holds'],
  ['Null of what is absent', { Null: { 's3:VersionId': true } }, 'holds'],
  ['absent: StringEquals', { StringEquals: { 's3:VersionId': 'a' } }, 'fails'],
  ['absent: StringNotEquals', { StringNotEquals: { 's3:VersionId': 'a' } }, 'holds'],
  ['absent: IfExists', { StringEqualsIfExists: { 's3:VersionId': 'a' } }, 'holds'],
  ['present: IfExists', { StringEqualsIfExists: { 's3:prefix': 'a' } }, 'fails'],
  [
    'ForAllValues',
    { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['kp_1', 'kp_2', 'kp_3'] } },
    'holds',
  ],
  [
    'ForAllValues fails',
    { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['kp_1'] } },
    'fails',
  ],
  ['ForAnyValue', { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['*_2'] } }, 'holds'],
  [
    'ForAnyValue fails',
    { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': 'kp_9' } },
    'fails',
  ],
  ['ForAllValues of none', { 'ForAllValues:StringEquals': { 's3:VersionId': 'a' } }, 'holds'],
  ['ForAnyValue of none', { 'ForAnyValue:StringEquals': { 's3:VersionId': 'a' } }, 'fails'],
  [
    'a policy variable',
    {
      StringEquals: {
        'kms:EncryptionContext:planeId': 'kp_1',
        'aws:PrincipalArn': `arn:aws:iam::\${aws:PrincipalAccount}:role/Stack-Role`,
      },
    },
    'holds',
  ],
  [
    'two operators, one fails',
    { Bool: { 'aws:SecureTransport': true }, StringLike: { 's3:prefix': 'x' } },
    'fails',
  ],
  [
    'many values without a quantifier',
    { StringEquals: { 'dynamodb:LeadingKeys': 'kp_1' } },
    'cannot be told',
  ],
  ['an unknown operator', { BinaryEquals: { 's3:prefix': 'planes/kp_1/' } }, 'cannot be told'],
  ['a key nobody knows', { StringEquals: { 'aws:PrincipalTag/team': 'x' } }, 'cannot be told'],
  [
    'a negated key nobody knows',
    { StringNotEquals: { 'aws:PrincipalTag/team': 'x' } },
    'cannot be told',
  ],
  [
    'IfExists of a key nobody knows',
    { StringEqualsIfExists: { 'aws:PrincipalTag/team': 'x' } },
    'cannot be told',
  ],
  ['Null of a key nobody knows', { Null: { 'aws:PrincipalTag/team': 'true' } }, 'cannot be told'],
  [
    'ForAllValues of a key nobody knows',
    { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'x' } },
    'cannot be told',
  ],
  [
    'a variable nobody knows',
    { StringEquals: { 's3:prefix': `planes/\${aws:PrincipalTag/plane}/` } },
    'cannot be told',
  ],
  [
    'a failing key beside one nobody knows',
    { StringEquals: { 's3:prefix': 'x', 'aws:PrincipalTag/team': 'x' } },
    'fails',
  ],
];

function authorise({ call, policies }: { call: Case[2]; policies: Policies }): void {
  iamOf(policies)
    .callerForRole('Role')
    .authorise(...call);
}

describe.each([
  ['identity policies', IDENTITY_CASES],
  ['resource policies', RESOURCE_CASES],
])('%s', (_, cases) => {
  test.each(cases)('%s', (_name, policies, call, refusal) => {
    const attempt = (): void => authorise({ call, policies });
    if (refusal) {
      expect(attempt).toThrow(AccessDenied);
      expect(attempt).toThrow(refusal);
    } else {
      expect(attempt).not.toThrow();
    }
  });
});

describe('conditions', () => {
  test.each(CONDITION_CASES)('%s', (_, condition, outcome) => {
    const call = ['s3:ListBucket', VAULT, CONTEXT] as const;
    const allowed = (policies: Policies): boolean => {
      try {
        authorise({ call: [call[0], call[1], CONTEXT], policies });
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(AccessDenied);
        return false;
      }
    };
    expect({
      anAllowAllows: allowed({ identity: allow('s3:ListBucket', VAULT, condition) }),
      aDenyDenies: !allowed({
        identity: [allow('*', '*'), deny('s3:ListBucket', VAULT, condition)],
      }),
    }).toEqual({ anAllowAllows: outcome === 'holds', aDenyDenies: outcome !== 'fails' });
  });

  test('a resource with a policy variable', () => {
    const home = allow('s3:GetObject', `${VAULT}/\${aws:PrincipalAccount}/*`);
    authorise({ call: ['s3:GetObject', `${VAULT}/111122223333/a`], policies: { identity: home } });
    const unknown = `${VAULT}/\${aws:PrincipalTag/plane}/*`;
    const call = ['s3:GetObject', `${VAULT}//a`] as const;
    expect(() => authorise({ call, policies: { identity: allow('s3:*', unknown) } })).toThrow(
      'no policy allows it',
    );
    expect(() =>
      authorise({ call, policies: { identity: [allow('*', '*'), deny('s3:*', unknown)] } }),
    ).toThrow('denies it');
  });
});

describe('a KMS key', () => {
  const KEY = `${iamKeyArn()}`;
  const decrypt = ['kms:Decrypt', KEY, { 'kms:EncryptionContext:planeId': 'kp_1' }] as const;
  const identity = allow('kms:Decrypt', KEY);

  function iamKeyArn(): string | undefined {
    const template = resolveTemplate({ Resources: { Key: { Type: 'AWS::KMS::Key' } } }, 'Stack');
    return template.resources.get('Key')?.arn;
  }

  test.each<Case>([
    ['its default policy leaves it to identity policies', { identity }, [...decrypt], undefined],
    ['and without one of those nobody may', {}, [...decrypt], /no identity policy allows it/],
    [
      'a key policy that does not name the account leaves identity policies out',
      { identity, key: to({ AWS: { 'Fn::GetAtt': ['Other', 'Arn'] } }, allow('kms:*', '*')) },
      [...decrypt],
      /the key policy leaves it to nobody/,
    ],
    [
      'a key policy may name the role itself',
      { key: to({ AWS: { 'Fn::GetAtt': ['Role', 'Arn'] } }, allow('kms:Decrypt', '*')) },
      [...decrypt],
      undefined,
    ],
    [
      'an encryption context bounds what may be decrypted',
      {
        identity: allow('kms:Decrypt', KEY, {
          StringEquals: { 'kms:EncryptionContext:planeId': 'kp_2' },
        }),
      },
      [...decrypt],
      /no identity policy allows it/,
    ],
  ])('%s', (_, policies, call, refusal) => {
    const attempt = (): void => authorise({ call, policies });
    if (refusal) expect(attempt).toThrow(refusal);
    else expect(attempt).not.toThrow();
  });
});

describe('callers', () => {
  test('a person is whoever signs with a key that was not issued', () => {
    const approver = iamOf({}).callerForAccessKey('approver');
    expect(approver.arn).toBe('arn:aws:iam::111122223333:user/approver');
    expect(() => approver.authorise('dynamodb:Scan', LEDGER)).not.toThrow();
  });

  test('a resource policy stops a person as well', () => {
    const iam = iamOf({ table: to('*', deny('dynamodb:DeleteItem', '*')) });
    const person = iam.callerForAccessKey('approver');
    expect(() => person.authorise('dynamodb:DeleteItem', LEDGER)).toThrow(/denies it/);
    expect(() => person.authorise('dynamodb:GetItem', LEDGER)).not.toThrow();
  });

  test('an issued key stands for its role', () => {
    const iam = iamOf({ identity: allow('dynamodb:PutItem', LEDGER) });
    const credentials = iam.issueCredentials('arn:aws:iam::111122223333:role/Stack-Role');
    expect(credentials.accessKeyId).toMatch(/^ASIA[0-9A-F]{16}$/);
    expect(iam.issueCredentials('Role')).toEqual(credentials);
    const caller = iam.callerForAccessKey(credentials.accessKeyId);
    expect(caller.arn).toBe('arn:aws:iam::111122223333:role/Stack-Role');
    expect(() => caller.authorise('dynamodb:PutItem', LEDGER)).not.toThrow();
    expect(() => caller.authorise('dynamodb:GetItem', LEDGER)).toThrow(AccessDenied);
  });

  test('an unknown role has no caller and gets no credentials', () => {
    expect(() => iamOf({}).callerForRole('Ghost')).toThrow('there is no role Ghost');
    expect(() => iamOf({}).issueCredentials('Ghost')).toThrow('there is no role Ghost');
  });

  test('a role of a plane may be added', () => {
    const iam = iamOf({});
    const arn = 'arn:aws:iam::111122223333:role/query-endpoint';
    iam.addRole(arn, [{ Statement: allow('dynamodb:Query', LEDGER) }]);
    expect(() => iam.callerForRole(arn).authorise('dynamodb:Query', LEDGER)).not.toThrow();
    expect(() => iam.callerForRole(arn).authorise(...PUT)).toThrow(AccessDenied);
  });

  test('a service needs a permission at the function, for the source it names', () => {
    const api = 'arn:aws:execute-api:us-east-1:111122223333:abc';
    const functionArn = 'arn:aws:lambda:us-east-1:111122223333:function:Stack-Handler';
    const iam = createIam(
      resolveTemplate(
        {
          Resources: {
            Handler: { Type: 'AWS::Lambda::Function' },
            Permission: {
              Type: 'AWS::Lambda::Permission',
              Properties: {
                Action: 'lambda:InvokeFunction',
                FunctionName: { 'Fn::GetAtt': ['Handler', 'Arn'] },
                Principal: 'apigateway.amazonaws.com',
                SourceArn: `${api}/prod/GET/planes/*`,
              },
            },
          },
        },
        'Stack',
      ),
    );
    const invoke = (service: string, sourceArn: string) => (): void =>
      iam.callerForService(service, sourceArn).authorise('lambda:InvokeFunction', functionArn);
    expect(invoke('apigateway.amazonaws.com', `${api}/prod/GET/planes/kp_1`)).not.toThrow();
    expect(invoke('apigateway.amazonaws.com', `${api}/prod/POST/planes/kp_1`)).toThrow(
      AccessDenied,
    );
    expect(invoke('events.amazonaws.com', `${api}/prod/GET/planes/kp_1`)).toThrow(AccessDenied);
  });
});

describe('policies of roles', () => {
  const roleWith = (properties: object, more: object = {}): Iam =>
    createIam(
      resolveTemplate(
        { Resources: { Role: { Type: 'AWS::IAM::Role', Properties: properties }, ...more } },
        'Stack',
      ),
    );

  test('inline, managed and AWS-managed ones add up', () => {
    const iam = roleWith(
      {
        Policies: [
          { PolicyName: 'inline', PolicyDocument: { Statement: allow('s3:GetObject', '*') } },
        ],
        ManagedPolicyArns: [
          { Ref: 'Shared' },
          {
            'Fn::Join': [
              '',
              [
                'arn:',
                { Ref: 'AWS::Partition' },
                ':iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
              ],
            ],
          },
        ],
      },
      {
        Shared: {
          Type: 'AWS::IAM::ManagedPolicy',
          Properties: { PolicyDocument: { Statement: [allow('dynamodb:PutItem', '*')] } },
        },
      },
    );
    const caller = iam.callerForRole('Role');
    for (const action of ['s3:GetObject', 'dynamodb:PutItem', 'logs:PutLogEvents']) {
      expect(() => caller.authorise(action, 'arn:aws:any:us-east-1:1:x')).not.toThrow();
    }
    expect(() => caller.authorise('s3:PutObject', `${VAULT}/a`)).toThrow(AccessDenied);
  });

  test.each<readonly [string, object, RegExp]>([
    [
      'an AWS-managed policy nobody knows',
      { ManagedPolicyArns: ['arn:aws:iam::aws:policy/PowerUserAccess'] },
      /PowerUserAccess/,
    ],
    [
      'a permissions boundary',
      { PermissionsBoundary: 'arn:aws:iam::111122223333:policy/b' },
      /Role: .*permissions boundaries/s,
    ],
    [
      'NotPrincipal',
      {
        Policies: [
          {
            PolicyName: 'odd',
            PolicyDocument: { Statement: { ...deny('*', '*'), NotPrincipal: { AWS: '*' } } },
          },
        ],
      },
      /policy odd: .*NotPrincipal/s,
    ],
    [
      'a resource that is no ARN',
      {
        Policies: [{ PolicyName: 'odd', PolicyDocument: { Statement: allow('*', 'arn:aws:s3*') } }],
      },
      /policy odd: resource arn:aws:s3\* is neither an ARN nor \*/,
    ],
  ])('%s stops the start', (_, properties, message) => {
    expect(() => roleWith(properties)).toThrow(message);
  });
});

test.each([
  ['arn:aws:lambda:*:*:function:demo-*', 'arn:aws:lambda:us-east-1:1:function:demo-a:1', true],
  ['arn:aws:*:us-east-1:1:x', 'arn:aws:s3:us-east-1:1:x', true],
  ['arn:aws:s3:::bucket.*', 'arn:aws:s3:::bucketx', false],
  ['arn:*:x', 'arn:aws:s3:us-east-1:1:x', false],
])('%s against %s', (pattern, arn, expected) => {
  expect(matchesArn(pattern, arn)).toBe(expected);
});
