import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AwsEndpoint, startAwsEndpoint } from '../../local/aws-endpoint.ts';
import { type DynamoDb, startDynamoDb } from '../../local/dynamodb.ts';
import { createIam } from '../../local/iam.ts';
import { resolveTemplate } from '../../local/template.ts';

const template = resolveTemplate(
  {
    Resources: {
      Ledger: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          AttributeDefinitions: [
            { AttributeName: 'planeId', AttributeType: 'S' },
            { AttributeName: 'seq', AttributeType: 'N' },
            { AttributeName: 'type', AttributeType: 'S' },
          ],
          KeySchema: [
            { AttributeName: 'planeId', KeyType: 'HASH' },
            { AttributeName: 'seq', KeyType: 'RANGE' },
          ],
          GlobalSecondaryIndexes: [
            {
              IndexName: 'byType',
              KeySchema: [{ AttributeName: 'type', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'ALL' },
            },
          ],
          BillingMode: 'PAY_PER_REQUEST',
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
          ResourcePolicy: {
            PolicyDocument: {
              Statement: {
                Effect: 'Deny',
                Principal: '*',
                Action: ['dynamodb:DeleteItem', 'dynamodb:UpdateItem'],
                Resource: '*',
              },
            },
          },
        },
      },
      Usage: {
        Type: 'AWS::DynamoDB::GlobalTable',
        Properties: {
          AttributeDefinitions: [{ AttributeName: 'planeId', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'planeId', KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
          Replicas: [
            {
              Region: { Ref: 'AWS::Region' },
              PointInTimeRecoverySpecification: {
                PointInTimeRecoveryEnabled: true,
                RecoveryPeriodInDays: 7,
              },
            },
          ],
        },
      },
      Recorder: {
        Type: 'AWS::IAM::Role',
        Properties: {
          Policies: [
            {
              PolicyName: 'record',
              PolicyDocument: {
                Statement: [
                  {
                    Effect: 'Allow',
                    Action: ['dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:Scan'],
                    Resource: { 'Fn::GetAtt': ['Ledger', 'Arn'] },
                  },
                ],
              },
            },
          ],
        },
      },
      /** May touch the partition of one plane only. */
      Tenant: {
        Type: 'AWS::IAM::Role',
        Properties: {
          Policies: [
            {
              PolicyName: 'own-partition',
              PolicyDocument: {
                Statement: {
                  Effect: 'Allow',
                  Action: 'dynamodb:*',
                  Resource: '*',
                  Condition: {
                    'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['kp_1'] },
                    'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['*'] },
                  },
                },
              },
            },
          ],
        },
      },
    },
  },
  'Stack',
);
const LEDGER = 'Stack-Ledger';
const USAGE = 'Stack-Usage';

const iam = createIam(template);
let dynamodb: DynamoDb;
let endpoint: AwsEndpoint;
let person: DynamoDBClient;
let recorder: DynamoDBClient;
let tenant: DynamoDBClient;

beforeAll(async () => {
  dynamodb = await startDynamoDb();
  for (const table of template.ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable')) {
    await dynamodb.createTable(table);
  }
  endpoint = await startAwsEndpoint({ services: [dynamodb], iam });
  const clientOf = (credentials: { accessKeyId: string; secretAccessKey: string }) =>
    new DynamoDBClient({
      endpoint: endpoint.url,
      region: 'us-east-1',
      credentials,
      maxAttempts: 1,
    });
  person = clientOf({ accessKeyId: 'auditor', secretAccessKey: 'any' });
  recorder = clientOf(iam.issueCredentials('Recorder'));
  tenant = clientOf(iam.issueCredentials('Tenant'));
});
afterAll(async () => {
  await endpoint.close();
  await dynamodb.close();
});

const entry = (planeId: string, seq: number) => ({
  planeId: { S: planeId },
  seq: { N: String(seq) },
  type: { S: 'TRANSITION' },
});

describe('tables of the template', () => {
  test('work as their key and indexes say', async () => {
    await recorder.send(new PutItemCommand({ TableName: LEDGER, Item: entry('kp_1', 1) }));
    const again = new PutItemCommand({
      TableName: LEDGER,
      Item: entry('kp_1', 1),
      ConditionExpression: 'attribute_not_exists(seq)',
    });
    await expect(recorder.send(again)).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
    });
    const { Items } = await person.send(
      new QueryCommand({
        TableName: LEDGER,
        IndexName: 'byType',
        KeyConditionExpression: '#type = :type',
        ExpressionAttributeNames: { '#type': 'type' },
        ExpressionAttributeValues: { ':type': { S: 'TRANSITION' } },
      }),
    );
    expect(Items).toEqual([entry('kp_1', 1)]);
  });

  test('say of TTL and recovery what the template says', async () => {
    const ttl = await person.send(new DescribeTimeToLiveCommand({ TableName: LEDGER }));
    expect(ttl.TimeToLiveDescription).toEqual({
      TimeToLiveStatus: 'ENABLED',
      AttributeName: 'expiresAt',
    });
    const noTtl = await person.send(new DescribeTimeToLiveCommand({ TableName: USAGE }));
    expect(noTtl.TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'DISABLED' });

    const recoveryOf = async (TableName: string): Promise<unknown> =>
      (await person.send(new DescribeContinuousBackupsCommand({ TableName })))
        .ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
    expect(await recoveryOf(LEDGER)).toEqual({
      PointInTimeRecoveryStatus: 'ENABLED',
      RecoveryPeriodInDays: 35,
    });
    expect(await recoveryOf(USAGE)).toEqual({
      PointInTimeRecoveryStatus: 'ENABLED',
      RecoveryPeriodInDays: 7,
    });
    await expect(recoveryOf('Nowhere')).rejects.toMatchObject({ name: 'TableNotFoundException' });
  });
});

test('tables may be created over the wire', async () => {
  await person.send(
    new CreateTableCommand({
      TableName: 'chunks',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  await expect
    .poll(async () => {
      const { Table } = await person.send(new DescribeTableCommand({ TableName: 'chunks' }));
      return Table?.TableStatus;
    })
    .toBe('ACTIVE');
  const writes = new BatchWriteItemCommand({
    RequestItems: { chunks: [{ PutRequest: { Item: { id: { S: 'a' } } } }] },
  });
  await person.send(writes);
  const read = await person.send(
    new BatchGetItemCommand({ RequestItems: { chunks: { Keys: [{ id: { S: 'a' } }] } } }),
  );
  expect(read.Responses).toEqual({ chunks: [{ id: { S: 'a' } }] });
  const { TableNames } = await person.send(new ListTablesCommand());
  expect(TableNames).toEqual([LEDGER, USAGE, 'chunks']);
  const { ContinuousBackupsDescription } = await person.send(
    new DescribeContinuousBackupsCommand({ TableName: 'chunks' }),
  );
  expect(ContinuousBackupsDescription?.PointInTimeRecoveryDescription).toEqual({
    PointInTimeRecoveryStatus: 'DISABLED',
  });
});

describe('who may', () => {
  const item = { planeId: { S: 'kp_1' }, seq: { N: '1' } };
  const refused = (name: string, message: RegExp) => ({
    name,
    message: expect.stringMatching(message),
  });

  test('a role does what its policy allows, on the tables it names', async () => {
    await expect(
      recorder.send(new GetItemCommand({ TableName: LEDGER, Key: item })),
    ).rejects.toMatchObject(
      refused('AccessDeniedException', /Recorder is not authorized to perform: dynamodb:GetItem/),
    );
    await expect(
      recorder.send(new PutItemCommand({ TableName: USAGE, Item: item })),
    ).rejects.toMatchObject(refused('AccessDeniedException', /table\/Stack-Usage/));
  });

  test('a table is not its index', async () => {
    const query = new QueryCommand({
      TableName: LEDGER,
      IndexName: 'byType',
      KeyConditionExpression: '#type = :type',
      ExpressionAttributeNames: { '#type': 'type' },
      ExpressionAttributeValues: { ':type': { S: 'x' } },
    });
    await expect(recorder.send(query)).rejects.toMatchObject(
      refused('AccessDeniedException', /table\/Stack-Ledger\/index\/byType/),
    );
  });

  test("nobody deletes where the table's policy denies it, not even a person", async () => {
    const remove = new DeleteItemCommand({ TableName: LEDGER, Key: item });
    await expect(person.send(remove)).rejects.toMatchObject(
      refused('AccessDeniedException', /because resource policy of Ledger\/0 denies it/),
    );
    const { Item } = await person.send(new GetItemCommand({ TableName: LEDGER, Key: item }));
    expect(Item).toEqual(entry('kp_1', 1));
  });

  test('a batch needs the right for each table', async () => {
    const batch = new BatchGetItemCommand({
      RequestItems: { [LEDGER]: { Keys: [item] }, [USAGE]: { Keys: [{ planeId: { S: 'a' } }] } },
    });
    await expect(recorder.send(batch)).rejects.toMatchObject(
      refused('AccessDeniedException', /dynamodb:BatchGetItem/),
    );
    await expect(person.send(batch)).resolves.toMatchObject({ Responses: { [USAGE]: [] } });
  });

  test.each([
    [
      'its own key',
      (client: DynamoDBClient) =>
        client.send(new GetItemCommand({ TableName: USAGE, Key: { planeId: { S: 'kp_1' } } })),
      true,
    ],
    [
      'another key',
      (client: DynamoDBClient) =>
        client.send(new GetItemCommand({ TableName: USAGE, Key: { planeId: { S: 'kp_2' } } })),
      false,
    ],
    [
      'its own item',
      (client: DynamoDBClient) =>
        client.send(new PutItemCommand({ TableName: LEDGER, Item: entry('kp_1', 7) })),
      true,
    ],
    [
      'another item',
      (client: DynamoDBClient) =>
        client.send(new PutItemCommand({ TableName: LEDGER, Item: entry('kp_2', 7) })),
      false,
    ],
    [
      'its own partition',
      (client: DynamoDBClient) =>
        client.send(
          new QueryCommand({
            TableName: LEDGER,
            KeyConditionExpression: '#p = :p AND seq > :s',
            ExpressionAttributeNames: { '#p': 'planeId' },
            ExpressionAttributeValues: { ':p': { S: 'kp_1' }, ':s': { N: '0' } },
          }),
        ),
      true,
    ],
    [
      'another partition',
      (client: DynamoDBClient) =>
        client.send(
          new QueryCommand({
            TableName: LEDGER,
            KeyConditionExpression: 'seq > :s AND planeId = :p',
            ExpressionAttributeValues: { ':p': { S: 'kp_2' }, ':s': { N: '0' } },
          }),
        ),
      false,
    ],
    [
      'a scan, which names no key',
      (client: DynamoDBClient) => client.send(new ScanCommand({ TableName: LEDGER })),
      false,
    ],
    [
      'a batch of which one key is foreign',
      (client: DynamoDBClient) =>
        client.send(
          new BatchGetItemCommand({
            RequestItems: {
              [USAGE]: { Keys: [{ planeId: { S: 'kp_1' } }, { planeId: { S: 'kp_2' } }] },
            },
          }),
        ),
      false,
    ],
  ])('a role bound to a leading key: %s', async (_, call, allowed) => {
    const outcome = call(tenant);
    if (allowed)
      await expect(outcome).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
    else await expect(outcome).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

test('what is not there is an UnknownOperationException', async () => {
  await expect(
    person.send(
      new TransactWriteItemsCommand({
        TransactItems: [{ Put: { TableName: USAGE, Item: { planeId: { S: 'a' } } } }],
      }),
    ),
  ).rejects.toMatchObject({ name: 'UnknownOperationException' });
});

test('a table that does not exist is a ResourceNotFoundException', async () => {
  await expect(person.send(new ScanCommand({ TableName: 'Nowhere' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});
