import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StreamRecord } from '../../local/dynamodb/stream.ts';
import { tableDefinition } from '../../local/dynamodb/table-definition.ts';
import { type DynamoDb, startDynamoDb } from '../../local/dynamodb.ts';
import { resolveTemplate } from '../../local/template.ts';
import { serve } from './serve.ts';

const table = (view?: string) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    AttributeDefinitions: [
      { AttributeName: 'planeId', AttributeType: 'S' },
      { AttributeName: 'seq', AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: 'planeId', KeyType: 'HASH' },
      { AttributeName: 'seq', KeyType: 'RANGE' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    ...(view && { StreamSpecification: { StreamViewType: view } }),
  },
});
const template = resolveTemplate(
  { Resources: { Ledger: table('NEW_IMAGE'), Quiet: table(), Old: table('OLD_IMAGE') } },
  'Stack',
);

describe('the stream of a table', () => {
  const records: StreamRecord[] = [];
  let working = 0;
  let dynamodb: DynamoDb;
  let served: Awaited<ReturnType<typeof serve>>;
  let client: DynamoDBClient;

  beforeAll(async () => {
    dynamodb = await startDynamoDb(undefined, {
      now: () => new Date('2026-11-22T10:00:00.900Z'),
      begin: () => {
        working += 1;
        return () => {
          working -= 1;
        };
      },
      onRecord: (record) => {
        expect(working).toBeGreaterThan(0);
        records.push(record);
      },
    });
    for (const id of ['Ledger', 'Quiet']) {
      const resource = template.resources.get(id);
      if (resource) await dynamodb.createTable(resource);
    }
    served = await serve(dynamodb);
    client = new DynamoDBClient(served.config);
  });
  afterAll(() => served.close());

  const TableName = 'Stack-Ledger';
  const item = (seq: number, text = 'a') => ({
    planeId: { S: 'kp_1' },
    seq: { N: String(seq) },
    text: { S: text },
  });
  const key = (seq: number) => ({ planeId: { S: 'kp_1' }, seq: { N: String(seq) } });
  /** A record comes soon after the write was answered, as on AWS; until then there is work in progress. */
  const taken = async () => {
    await vi.waitUntil(() => working === 0);
    return records.splice(0);
  };
  const summary = async () =>
    (await taken()).map(({ eventName, dynamodb: { Keys, NewImage } }) => [
      eventName,
      Keys.seq?.N,
      NewImage?.text?.S,
    ]);

  it('has a record for an item that was not there, as AWS has it', async () => {
    await client.send(new PutItemCommand({ TableName, Item: item(1) }));
    expect(await taken()).toEqual([
      {
        eventID: 'Stack-Ledger/000000000000000000001',
        eventName: 'INSERT',
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: 'us-east-1',
        dynamodb: {
          ApproximateCreationDateTime: 1_795_341_600,
          Keys: key(1),
          NewImage: item(1),
          SequenceNumber: '000000000000000000001',
          SizeBytes: expect.any(Number),
          StreamViewType: 'NEW_IMAGE',
        },
        eventSourceARN:
          'arn:aws:dynamodb:us-east-1:111122223333:table/Stack-Ledger/stream/2026-01-01T00:00:00.000',
      },
    ]);
  });

  it('tells a change and a removal from an insertion, and has nothing for what changes nothing', async () => {
    await client.send(new PutItemCommand({ TableName, Item: item(1) }));
    await client.send(new PutItemCommand({ TableName, Item: item(1, 'b') }));
    await client.send(
      new UpdateItemCommand({
        TableName,
        Key: key(2),
        UpdateExpression: 'SET #text = :text',
        ExpressionAttributeNames: { '#text': 'text' },
        ExpressionAttributeValues: { ':text': { S: 'c' } },
      }),
    );
    await client.send(new DeleteItemCommand({ TableName, Key: key(1) }));
    await client.send(new DeleteItemCommand({ TableName, Key: key(9) }));
    expect(await summary()).toEqual([
      ['MODIFY', '1', 'b'],
      ['INSERT', '2', 'c'],
      ['REMOVE', '1', undefined],
    ]);
  });

  it('has nothing for a write that was refused', async () => {
    const refused = client.send(
      new PutItemCommand({
        TableName,
        Item: item(2, 'd'),
        ConditionExpression: 'attribute_not_exists(planeId)',
      }),
    );
    await expect(refused).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect(await taken()).toEqual([]);
  });

  it('has each item of a batch, and none of a table without a stream', async () => {
    await client.send(
      new BatchWriteItemCommand({
        RequestItems: {
          [TableName]: [{ PutRequest: { Item: item(3) } }, { DeleteRequest: { Key: key(2) } }],
          'Stack-Quiet': [{ PutRequest: { Item: item(4) } }],
        },
      }),
    );
    expect(await summary()).toEqual([
      ['INSERT', '3', 'a'],
      ['REMOVE', '2', undefined],
    ]);
  });

  it('has one record for each of many writes at once', async () => {
    const seqs = Array.from({ length: 20 }, (_, index) => 100 + index);
    await Promise.all(
      seqs.map((seq) => client.send(new PutItemCommand({ TableName, Item: item(seq) }))),
    );
    const found = (await summary()).map(([, seq]) => Number(seq));
    expect(found.sort((a, b) => a - b)).toEqual(seqs);
  });

  it('of another view is not made here', () => {
    const old = template.resources.get('Old');
    expect(() => old && tableDefinition(old)).toThrow('NEW_IMAGE');
  });
});
