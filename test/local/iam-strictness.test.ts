import { describe, expect, test } from 'vitest';
import { AccessDenied } from '../../local/aws-service.ts';
import { leadingKeys } from '../../local/dynamodb/leading-keys.ts';
import { createIam, type Iam } from '../../local/iam.ts';
import { resolveTemplate } from '../../local/template.ts';

const BUCKET = 'arn:aws:s3:::stack-vault';
const EVERYTHING = { Effect: 'Allow', Action: '*', Resource: '*' };
const GET = { Effect: 'Deny', Action: 's3:GetObject', Resource: '*', Principal: '*' };

interface Documents {
  readonly identity?: object;
  readonly bucket?: object;
}

/** A role that may do everything, unless `identity` says otherwise, and a bucket with a policy. */
function iamOf({ identity = { Statement: EVERYTHING }, bucket }: Documents): Iam {
  return createIam(
    resolveTemplate(
      {
        Resources: {
          Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
          Policy: {
            Type: 'AWS::IAM::Policy',
            Properties: { PolicyDocument: identity, Roles: [{ Ref: 'Role' }] },
          },
          Vault: { Type: 'AWS::S3::Bucket' },
          ...(bucket && {
            VaultPolicy: {
              Type: 'AWS::S3::BucketPolicy',
              Properties: { Bucket: { Ref: 'Vault' }, PolicyDocument: bucket },
            },
          }),
        },
      },
      'Stack',
    ),
  );
}

// Each of them would be passed over in silence: an allow that AWS does not give, or a deny that never denies.
describe('a policy that AWS would not take, or that cannot be evaluated here, stops the start', () => {
  test.each<readonly [string, object, RegExp]>([
    ['no actions', { ...EVERYTHING, Action: [] }, /Action/],
    ['all actions but none', { Effect: 'Allow', NotAction: [], Resource: '*' }, /NotAction/],
    ['no resources', { ...EVERYTHING, Resource: [] }, /Resource/],
    ['an action without a service', { ...EVERYTHING, Action: 'GetObject' }, /action GetObject/],
    [
      'a condition without values',
      { ...EVERYTHING, Condition: { StringNotEquals: { 'aws:PrincipalArn': [] } } },
      /Condition/,
    ],
    ['a principal', { ...EVERYTHING, Principal: '*' }, /names a Principal/],
  ])('of a role: %s', (_, statement, message) => {
    expect(() => iamOf({ identity: { Statement: statement } })).toThrow(message);
  });

  test.each<readonly [string, object, RegExp]>([
    ['nobody', { Effect: 'Deny', Action: '*', Resource: '*' }, /names no Principal/],
    [
      'roles by a pattern',
      principal('arn:aws:iam::111122223333:role/*'),
      /principal arn.*role\/\*/,
    ],
    ['a session', principal('arn:aws:sts::111122223333:assumed-role/Role/s'), /assumed-role/],
    ['a unique id', principal('AROAEXAMPLEID'), /principal AROAEXAMPLEID/],
    ['a canonical user', { ...GET, Principal: { CanonicalUser: '79a5' } }, /CanonicalUser/],
    ['services by a pattern', { ...GET, Principal: { Service: '*.amazonaws.com' } }, /principal/],
  ])('of a bucket, for %s', (_, statement, message) => {
    expect(() => iamOf({ bucket: { Statement: statement } })).toThrow(message);
  });

  test('with variables, in the language version that has none', () => {
    const statement = { ...EVERYTHING, Resource: `${BUCKET}/\${aws:username}/*` };
    expect(() => iamOf({ identity: { Statement: statement } })).toThrow(/2012-10-17/);
    expect(() => iamOf({ identity: { Version: '2008-10-17', Statement: statement } })).toThrow(
      /2012-10-17/,
    );
    expect(() =>
      iamOf({ identity: { Version: '2012-10-17', Statement: statement } }),
    ).not.toThrow();
  });

  function principal(name: string): object {
    return { ...GET, Principal: { AWS: name } };
  }
});

describe('a value is no pattern', () => {
  test('a caller called * is not everybody', () => {
    const home = {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      NotResource: `${BUCKET}/\${aws:username}/*`,
    };
    const person = iamOf({
      bucket: { Version: '2012-10-17', Statement: home },
    }).callerForAccessKey('*');
    expect(() => person.authorise('s3:GetObject', `${BUCKET}/someone/a`)).toThrow(AccessDenied);
  });
});

describe('conditions', () => {
  const context = { 'kms:KeyUsage': 'SIGN_VERIFY', 's3:max-keys': 'many', 's3:VersionId': [] };
  test.each([
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists
    [
      'any of none, if it exists',
      { 'ForAnyValue:StringEqualsIfExists': { 's3:VersionId': 'a' } },
      'holds',
    ],
    ['Null, in capitals', { Null: { 's3:VersionId': 'True' } }, 'holds'],
    ['Null of neither', { Null: { 's3:VersionId': 'maybe' } }, 'cannot be told'],
    ['Bool of what is none', { Bool: { 'kms:KeyUsage': 'true' } }, 'fails'],
    ['a number that is none', { NumericNotEquals: { 's3:max-keys': '5' } }, 'cannot be told'],
    ['a bound that is none', { NumericLessThan: { 's3:max-keys': 'few' } }, 'cannot be told'],
    ['a date', { DateLessThan: { 'aws:CurrentTime': '2030-01-01T00:00:00Z' } }, 'cannot be told'],
    ['an address', { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, 'cannot be told'],
    ['no address', { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, 'cannot be told'],
  ])('%s', (_, Condition, outcome) => {
    const allowed = (statements: readonly object[]): boolean => {
      const caller = iamOf({ identity: { Statement: statements } }).callerForRole('Role');
      try {
        caller.authorise('s3:GetObject', `${BUCKET}/a`, context);
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(AccessDenied);
        return false;
      }
    };
    expect({
      anAllowAllows: allowed([{ ...EVERYTHING, Condition }]),
      aDenyDenies: !allowed([EVERYTHING, { ...EVERYTHING, Effect: 'Deny', Condition }]),
    }).toEqual({ anAllowAllows: outcome === 'holds', aDenyDenies: outcome !== 'fails' });
  });
});

describe('the partition keys of a query', () => {
  const keys = { partitionKey: 'planeId', indexPartitionKeys: new Map() };
  const query = { TableName: 'Usage', ExpressionAttributeValues: { ':p': { S: 'kp_1' } } };

  test('are unknown when the condition does not say them in a form that is read here', () => {
    expect(
      leadingKeys({ ...query, KeyConditionExpression: 'planeId = :p' }, 'Usage', keys, 'Query'),
    ).toEqual(['kp_1']);
    expect(leadingKeys({ TableName: 'Usage' }, 'Usage', keys, 'Query')).toBeUndefined();
    expect(
      leadingKeys({ ...query, KeyConditionExpression: 'other = :p' }, 'Usage', keys, 'Query'),
    ).toBeUndefined();
  });

  test('are none for a scan, which names none', () => {
    expect(leadingKeys({ TableName: 'Usage' }, 'Usage', keys, 'Scan')).toEqual([]);
  });
});
