import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type ApiGateway, startApiGateway } from '../../local/api-gateway.ts';
import { AccessDenied } from '../../local/aws-service.ts';
import { type DynamoDb, startDynamoDb } from '../../local/dynamodb.ts';
import { createIam, type Iam } from '../../local/iam.ts';
import { createKms } from '../../local/kms.ts';
import { apiClient } from '../../local/signed-api.ts';
import { readTemplate, type Template } from '../../local/template.ts';

/** The stacks that are deployed, as the embedded cloud understands them. */
describe.each(['Offboarding-dev', 'Offboarding-prod'])('%s', (stackName) => {
  let template: Template;
  let iam: Iam;
  let dynamodb: DynamoDb;
  let gateway: ApiGateway;

  beforeAll(async () => {
    template = readTemplate(inject('assemblyDirectory'), stackName);
    iam = createIam(template);
    createKms(template);
    dynamodb = await startDynamoDb();
    for (const table of template.ofType('AWS::DynamoDB::Table')) await dynamodb.createTable(table);
    gateway = await startApiGateway({
      template,
      iam,
      now: () => new Date('2026-11-22T10:00:00Z'),
      invoke: async (functionArn) => ({
        payload: JSON.stringify({ statusCode: 200, body: JSON.stringify(functionArn) }),
      }),
    });
  });
  afterAll(async () => {
    await gateway.close();
    await dynamodb.close();
  });

  const ledgerArn = (): string => {
    const ledger = template.ofType('AWS::DynamoDB::Table').find(({ path }) => /Ledger/.test(path));
    return ledger?.arn ?? 'no ledger';
  };
  const writersOf = (action: string): readonly string[] =>
    template.ofType('AWS::IAM::Role').flatMap(({ arn = '', logicalId }) => {
      try {
        iam.callerForRole(arn).authorise(action, ledgerArn(), { 'dynamodb:LeadingKeys': ['kp_1'] });
        return [logicalId];
      } catch (error) {
        if (error instanceof AccessDenied) return [];
        throw error;
      }
    });

  test('the recorder alone may append to the ledger, and no administrator beside it', () => {
    expect(writersOf('dynamodb:PutItem')).toEqual([expect.stringMatching(/recorder/i)]);
    for (const administrator of ['administrator', 'Admin@session'])
      expect(() =>
        iam.callerForAccessKey(administrator).authorise('dynamodb:PutItem', ledgerArn()),
      ).toThrow(/OnlyTheRecorderAppends denies it/);
    const service = iam.callerForService('backup.amazonaws.com', 'arn:aws:backup:::vault');
    expect(() => service.authorise('dynamodb:PutItem', ledgerArn())).toThrow(
      /OnlyTheRecorderAppends denies it/,
    );
  });

  test.each([
    'UpdateItem',
    'DeleteItem',
    'BatchWriteItem',
    'PartiQLInsert',
    'PartiQLUpdate',
    'PartiQLDelete',
  ])('nobody may %s in the ledger, not even an administrator', (operation) => {
    const action = `dynamodb:${operation}`;
    expect(writersOf(action)).toEqual([]);
    const administrator = iam.callerForAccessKey('administrator');
    expect(() => administrator.authorise(action, ledgerArn())).toThrow(/denies it/);
  });

  test('nobody may hide a checkpoint or write another one over it, not even an administrator', () => {
    const bucket = template
      .ofType('AWS::S3::Bucket')
      .find(({ path }) => path.includes('Evidence'))?.arn;
    const administrator = iam.callerForAccessKey('administrator');
    const attempts: readonly (readonly [action: string, resource: string])[] = [
      ['s3:DeleteObject', `${bucket}/checkpoints/00000001.jws`],
      ['s3:DeleteObjectVersion', `${bucket}/checkpoints/00000001.jws`],
      ['s3:PutObject', `${bucket}/checkpoints/00000001.jws`],
      ['s3:PutLifecycleConfiguration', `${bucket}`],
    ];
    for (const [action, resource] of attempts)
      expect(() => administrator.authorise(action, resource)).toThrow(
        /(NobodyHidesEvidence|OnlyWhoSignsWrites) denies it/,
      );
    administrator.authorise('s3:GetObjectVersion', `${bucket}/checkpoints/00000001.jws`);
  });

  test('nobody but the publisher of the ledger may put events on the bus, not even an administrator', () => {
    const bus = template.ofType('AWS::Events::EventBus')[0]?.arn ?? '';
    for (const administrator of ['administrator', 'Admin@session'])
      expect(() =>
        iam.callerForAccessKey(administrator).authorise('events:PutEvents', bus),
      ).toThrow(/OnlyTheLedgerIsPublished denies it/);
    expect(() =>
      iam.callerForService('scheduler.amazonaws.com').authorise('events:PutEvents', bus),
    ).toThrow(/OnlyTheLedgerIsPublished denies it/);
    const publisher = template
      .ofType('AWS::IAM::Role')
      .find(({ path }) => path.includes('publish-events'))?.arn;
    iam.callerForRole(publisher ?? '').authorise('events:PutEvents', bus);
  });

  test('what could not be told waits in a queue that takes it from our rules and from nobody else', () => {
    const queue = template
      .ofType('AWS::SQS::Queue')
      .find(({ path }) => path.includes('Events/Undelivered'))?.arn;
    const send = (sourceArn: string | undefined) => () =>
      iam
        .callerForService('events.amazonaws.com', sourceArn)
        .authorise('sqs:SendMessage', queue ?? '');
    const rules = template.ofType('AWS::Events::Rule');
    expect(rules).toHaveLength(4);
    for (const { arn } of rules) expect(send(arn)).not.toThrow();
    expect(send('arn:aws:events:us-east-1:111122223333:rule/offboarding/other')).toThrow(
      AccessDenied,
    );
    expect(send(undefined)).toThrow(AccessDenied);
  });

  test('every function has its code and its role', () => {
    for (const { properties } of template.ofType('AWS::Lambda::Function')) {
      const { S3Key } = properties.Code as { S3Key: string };
      expect(template.assetPath(S3Key)).toMatch(/asset\.[0-9a-f]+/);
      expect(iam.callerForRole(String(properties.Role)).arn).toBe(properties.Role);
    }
  });

  test('every route reaches its function', async () => {
    const approver = apiClient(gateway.url, 'approver');
    const routes = [
      ['GET', '/planes'],
      ['GET', '/planes/kp_1'],
      ['GET', '/planes/kp_1/offboarding'],
      ['DELETE', '/planes/kp_1/offboarding'],
      ['GET', '/planes/kp_1/approval'],
      ['GET', '/planes/kp_1/ledger'],
      ['DELETE', '/planes/kp_1/leases/a'],
      ['DELETE', '/planes/kp_1/dependents/a'],
    ] as const;
    for (const [method, path] of routes) {
      const { status, body } = await approver.call(method, path);
      expect([method, path, status]).toEqual([method, path, 200]);
      expect(body).toMatch(/^arn:aws:lambda:us-east-1:111122223333:function:/);
    }
  });
});
