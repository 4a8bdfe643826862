import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { residueRegister } from '../../infra/residue.ts';
import { resourceOf } from '../support/assembly.ts';

function product(): Construct {
  return new Construct(new Stack(new App(), 'Stack'), 'Product');
}

const partitionKey = { name: 'id', type: AttributeType.STRING };

describe('the residue register', () => {
  it('follows the configuration of each resource', () => {
    const scope = product();
    new Table(scope, 'Long', {
      partitionKey,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    });
    new Table(scope, 'Short', {
      partitionKey,
      pointInTimeRecoverySpecification: {
        pointInTimeRecoveryEnabled: true,
        recoveryPeriodInDays: 3,
      },
    });
    new Table(scope, 'None', { partitionKey });
    new LogGroup(scope, 'Log', { retention: RetentionDays.ONE_WEEK });
    new LogGroup(scope, 'LongerLog', { retention: RetentionDays.TWO_WEEKS });
    new Queue(scope, 'Queue', { retentionPeriod: Duration.hours(30) });
    new Bucket(scope, 'Kept', { versioned: true, removalPolicy: RemovalPolicy.RETAIN });
    new Bucket(scope, 'Expiring', {
      lifecycleRules: [
        { expiration: Duration.days(5), noncurrentVersionExpiration: Duration.days(2) },
      ],
    });
    expect(residueRegister(scope).map(({ what, days }) => [what, days])).toEqual([
      ['items of the table Long', 35],
      ['items of the table Short', 3],
      ['messages that could not be delivered', 2],
      ['objects of the bucket Expiring', 9],
      ['the logs of the functions and the API', 17],
    ]);
  });

  it('accepts nothing that is kept without an end', () => {
    const scope = product();
    new LogGroup(scope, 'Log', { retention: RetentionDays.INFINITE });
    expect(() => residueRegister(scope)).toThrow(
      'Log keeps things without an end: no certificate could ever be final',
    );
  });

  it.each([
    ['Offboarding-dev', 33],
    ['Offboarding-prod', 734],
  ] as const)('of %s is handed to the function that certifies', (stack, logDays) => {
    const { Properties } = resourceOf(
      stack,
      'AWS::Lambda::Function',
      'OffboardingcertificatefunctionFunction',
    );
    const { Variables } = Properties.Environment as { Variables: Record<string, string> };
    const register: { what: string; days: number; source: string }[] = JSON.parse(
      Variables.RESIDUE_REGISTER ?? '',
    );
    expect(register.filter(({ source }) => source === '')).toEqual([]);
    const days = Object.fromEntries(register.map((entry) => [entry.what, entry.days]));
    expect(days).toMatchObject({
      'items of the table Registry/Planes': 35,
      'items of the table Registry/Claims': 35,
      'items of the table Usage/Table': 35,
      'items of the table Decisions/Table': 35,
      'the history of the executions': 91,
      'traces of the requests to the API': 30,
      'the logs of the functions and the API': logDays,
    });
    // It is kept on purpose, and for good.
    expect(Object.keys(days)).not.toContain('items of the table Ledger/Table');
  });
});
