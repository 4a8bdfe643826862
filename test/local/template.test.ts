import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readTemplate, resolveTemplate } from '../../local/template.ts';

const ASSEMBLY = path.join(import.meta.dirname, 'fixtures', 'assembly');
const demo = readTemplate(ASSEMBLY, 'Demo');

function resolveOne(properties: object): unknown {
  const template = resolveTemplate(
    { Resources: { It: { Type: 'AWS::S3::Bucket', Properties: properties } } },
    'Stack',
  );
  return template.resources.get('It')?.properties;
}

describe('a synthesised assembly', () => {
  test('intrinsics are resolved to what AWS would answer', () => {
    expect(demo.resources.get('Handler')).toEqual({
      logicalId: 'Handler',
      type: 'AWS::Lambda::Function',
      path: 'Demo/Handler/Resource',
      name: 'Demo-Handler',
      ref: 'Demo-Handler',
      arn: 'arn:aws:lambda:us-east-1:111122223333:function:Demo-Handler',
      noEffect: undefined,
      properties: {
        Code: { S3Bucket: 'cdk-assets-111122223333', S3Key: '4f2a.zip' },
        Role: 'arn:aws:iam::111122223333:role/Demo-Role',
        Runtime: 'nodejs24.x',
        MemorySize: 512,
        Layers: ['one'],
        Environment: {
          Variables: {
            VAULT_ARN: 'arn:aws:s3:::demo-vault',
            OBJECTS: 'arn:aws:s3:::demo-vault/*',
            GREETING:
              // biome-ignore lint/suspicious/noTemplateCurlyInString: the literal form of Fn::Sub
              'demo-vault in us-east-1, sealed for 365 days, ${kept} by arn:aws:iam::111122223333:role/Demo-Role',
          },
        },
      },
    });
    expect(demo.outputs).toEqual({ VaultName: 'demo-vault' });
  });

  test('a resource whose condition is false is not there', () => {
    expect([...demo.resources.keys()]).toEqual(['Vault', 'Key', 'Role', 'Handler', 'Logs']);
  });

  test('assets lead to their directories', () => {
    expect(demo.assetPath('4f2a.zip')).toBe(path.join(ASSEMBLY, 'asset.handler'));
    expect(() => demo.assetPath('nothing.zip')).toThrow('Demo has no asset nothing.zip');
  });

  test('a stack is found by its name, and must be named when there are several', () => {
    expect(readTemplate(ASSEMBLY, 'other-prod').outputs).toEqual({
      VaultName: 'other-prod-vault',
    });
    expect(() => readTemplate(ASSEMBLY)).toThrow(/which stack\?.* has Demo, other-prod/);
    expect(() => readTemplate(ASSEMBLY, 'Nowhere')).toThrow(/Nowhere: .* has Demo, other-prod/);
  });

  test('what has no effect here says why', () => {
    expect(demo.resources.get('Logs')?.noEffect).toMatch(/nothing reads a log group/);
    expect(demo.resources.get('Logs')?.arn).toBe(
      'arn:aws:logs:us-east-1:111122223333:log-group:/demo:*',
    );
  });

  test('a key id is a UUID, and the same in every run', () => {
    const [key] = demo.ofType('AWS::KMS::Key');
    expect(key?.ref).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(key?.arn).toBe(`arn:aws:kms:us-east-1:111122223333:key/${key?.ref}`);
    expect(readTemplate(ASSEMBLY, 'Demo').ofType('AWS::KMS::Key')).toEqual([key]);
  });
});

describe('names', () => {
  test('the template may give the name, even by an intrinsic', () => {
    const template = resolveTemplate(
      {
        Resources: {
          Table: {
            Type: 'AWS::DynamoDB::Table',
            Properties: { TableName: { 'Fn::Join': ['-', [{ Ref: 'AWS::StackName' }, 'ledger']] } },
          },
          Reader: {
            Type: 'AWS::S3::Bucket',
            Properties: { Table: { 'Fn::GetAtt': ['Table', 'Arn'] } },
          },
        },
      },
      'Stack',
    );
    expect(template.resources.get('Reader')?.properties).toEqual({
      Table: 'arn:aws:dynamodb:us-east-1:111122223333:table/Stack-ledger',
    });
  });

  test('a name too long for its service is shortened, and stays its own', () => {
    const template = resolveTemplate(
      {
        Resources: Object.fromEntries(
          ['A', 'B'].map((last) => [
            `${'Long'.repeat(20)}${last}`,
            { Type: 'AWS::Lambda::Function', Properties: {} },
          ]),
        ),
      },
      'Stack',
    );
    const names = template.ofType('AWS::Lambda::Function').map(({ name }) => name);
    expect(names.map((name) => name.length)).toEqual([64, 64]);
    expect(new Set(names).size).toBe(2);
  });
});

describe('what has no answer is an error that names it', () => {
  const stack = (resources: object, more: object = {}): unknown => ({
    ...more,
    Resources: resources,
  });
  const bucket = (value: unknown): object => ({
    It: { Type: 'AWS::S3::Bucket', Properties: { Tags: value } },
  });

  test.each([
    ['a resource type', stack({ Q: { Type: 'AWS::Kinesis::Stream' } }), /AWS::Kinesis::Stream/],
    ['an intrinsic', stack(bucket({ 'Fn::ImportValue': 'x' })), /It .*Fn::ImportValue/],
    ['a reference', stack(bucket({ Ref: 'Ghost' })), /nothing is called Ghost/],
    ['an attribute', stack(bucket({ 'Fn::GetAtt': ['It', 'Colour'] })), /no attribute Colour/],
    ['a condition', stack(bucket({ 'Fn::If': ['Maybe', 1, 2] })), /no condition is called Maybe/],
    ['a mapping', stack(bucket({ 'Fn::FindInMap': ['A', 'b', 'c'] })), /no mapping A\.b\.c/],
    ['a list element', stack(bucket({ 'Fn::Select': [3, ['a']] })), /there is no element 3/],
    [
      'a condition function',
      stack(bucket({ 'Fn::If': ['C', 1, 2] }), { Conditions: { C: { 'Fn::Exists': 1 } } }),
      /unknown condition function Fn::Exists/,
    ],
    [
      'a dynamic reference',
      stack(bucket('{{resolve:secretsmanager:token}}')),
      /resolve:secretsmanager:token/,
    ],
    [
      'a parameter without a default',
      stack(bucket({ Ref: 'Mail' }), { Parameters: { Mail: { Type: 'String' } } }),
      /parameter Mail has no default/,
    ],
    [
      'a parameter in Parameter Store',
      stack(bucket({ Ref: 'V' }), {
        Parameters: { V: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/v' } },
      }),
      /parameter V has its value in Parameter Store/,
    ],
  ])('%s', (_, template, message) => {
    expect(() => resolveTemplate(template, 'Stack')).toThrow(message);
  });
});

test('Fn::And, Fn::Or and nested conditions', () => {
  const yes = { 'Fn::Equals': ['a', 'a'] };
  const no = { 'Fn::Equals': ['a', 'b'] };
  const template = resolveTemplate(
    {
      Conditions: { Both: { 'Fn::And': [yes, no] }, Either: { 'Fn::Or': [no, yes] } },
      Resources: {
        It: {
          Type: 'AWS::S3::Bucket',
          Properties: {
            both: { 'Fn::If': ['Both', 1, 2] },
            either: { 'Fn::If': ['Either', 1, 2] },
          },
        },
      },
    },
    'Stack',
  );
  expect(template.resources.get('It')?.properties).toEqual({ both: 2, either: 1 });
});

test('objects that only look like intrinsics are data', () => {
  expect(resolveOne({ Statement: { Condition: { Bool: { a: 'b' } } } })).toEqual({
    Statement: { Condition: { Bool: { a: 'b' } } },
  });
});
