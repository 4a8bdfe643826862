import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { grantedBy, readUsedGrants, writeUsedGrants } from '../../local/grants-used.ts';
import { createIam } from '../../local/iam.ts';
import { resolveTemplate, type Template } from '../../local/template.ts';
import { reportGrants } from '../support/unused-grants.ts';

const LEDGER = 'arn:aws:dynamodb:us-east-1:111122223333:table/Stack-OffboardingLedgerTable';

function templateWith(...statements: readonly object[]): Template {
  const at = (constructPath: string) => ({ 'aws:cdk:path': `Stack/Offboarding/${constructPath}` });
  return resolveTemplate(
    {
      Resources: {
        OffboardingLedgerTable: {
          Type: 'AWS::DynamoDB::Table',
          Metadata: at('Ledger/Table/Resource'),
        },
        Recorder: {
          Type: 'AWS::IAM::Role',
          Metadata: at('recorder-function/Role/Resource'),
          Properties: { AssumeRolePolicyDocument: {} },
        },
        Policy: {
          Type: 'AWS::IAM::Policy',
          Properties: { PolicyDocument: { Statement: statements }, Roles: [{ Ref: 'Recorder' }] },
        },
      },
    },
    'Stack',
  );
}

describe('what has allowed a call', () => {
  const template = templateWith(
    {
      Effect: 'Allow',
      Action: ['dynamodb:PutItem', 'dynamodb:Query'],
      Resource: [LEDGER, `${LEDGER}/index/*`],
    },
    { Effect: 'Allow', Action: 's3:Get*', Resource: '*' },
    { Effect: 'Allow', NotAction: ['kms:Sign', 'dynamodb:*', 's3:*'], Resource: '*' },
    { Effect: 'Deny', Action: 's3:GetObjectVersion', Resource: '*' },
  );

  test('is the action and the resource as the policy spells them, and no refusal', () => {
    const iam = createIam(template);
    const recorder = iam.callerForRole('Recorder');
    recorder.authorise('dynamodb:PutItem', LEDGER);
    recorder.authorise('dynamodb:PutItem', LEDGER);
    recorder.authorise('s3:GetObject', 'arn:aws:s3:::vault/a');
    recorder.authorise('sns:Publish', 'arn:aws:sns:us-east-1:111122223333:halts');
    expect(() => recorder.authorise('s3:GetObjectVersion', 'arn:aws:s3:::vault/a')).toThrow();
    expect(() => recorder.authorise('dynamodb:Scan', LEDGER)).toThrow();
    iam.callerForAccessKey('operator').authorise('dynamodb:Query', LEDGER);
    expect(iam.usedGrants()).toEqual([
      { role: 'Recorder', action: 'dynamodb:PutItem', resource: LEDGER },
      { role: 'Recorder', action: 's3:Get*', resource: '*' },
      { role: 'Recorder', action: 'all but kms:Sign, dynamodb:*, s3:*', resource: '*' },
    ]);
  });

  test('is left under the names that resources have in every environment', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'grants-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const used = { role: 'Recorder', action: 'dynamodb:Query', resource: `${LEDGER}/index/*` };
    await writeUsedGrants(directory, template, [used]);
    await writeUsedGrants(directory, template, []);
    expect(readUsedGrants(directory, 'Stack')).toEqual([
      { role: 'recorder role', action: 'dynamodb:Query', resource: 'Ledger table/index/*' },
    ]);
    expect(readUsedGrants(directory, 'Another')).toEqual([]);
    expect(grantedBy(template)).toContainEqual(readUsedGrants(directory, 'Stack')[0]);
    expect(grantedBy(template)).toHaveLength(6);
  });
});

describe('the check after the suite', () => {
  const put = { role: 'recorder role', action: 'dynamodb:PutItem', resource: 'Ledger table' };
  const query = { role: 'recorder role', action: 'dynamodb:Query', resource: 'Ledger table' };
  const log = { role: 'recorder role', action: 'logs:PutLogEvents', resource: 'recorder log' };
  const granted = [put, query, log];
  const lambda = { role: '*', resource: '*', because: 'Lambda does' };

  test('names what nothing has used', () => {
    expect(reportGrants(granted, [put], [{ ...lambda, actions: ['logs:PutLogEvents'] }])).toEqual({
      unused: ['recorder role may dynamodb:Query on Ledger table'],
      outdated: [],
    });
  });

  test('names what is listed as used on AWS only and is not', () => {
    const listed = { ...lambda, actions: ['logs:PutLogEvents', 'logs:CreateLogGroup'] };
    expect(reportGrants(granted, [put, query, log], [listed])).toEqual({
      unused: [],
      outdated: ['* may logs:PutLogEvents on *', '* may logs:CreateLogGroup on *'],
    });
  });
});
