import { Readable } from 'node:stream';
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { OffboardingError } from '../core/errors.ts';
import type { DynamodbPartitionStore } from '../core/plane.ts';
import type { PartitionItem, StoreRecord } from '../core/store-record.ts';
import { canonicalItem, hashItem, type Item, parseCanonicalItem } from './canonical-item.ts';
import type { RecordReader } from './record-reader.ts';

/** The items of one partition of one table. */
export function dynamodbRecordReader(
  client: DynamoDBClient,
  descriptor: DynamodbPartitionStore,
): RecordReader {
  return {
    descriptor,
    async open(record) {
      const wanted = itemRecord(record);
      const item = await readItem(client, descriptor.table, wanted);
      const json = item && canonicalItem(item);
      if (json === undefined || hashItem(json) !== wanted.sha256)
        throw new OffboardingError(
          'SOURCE_CHANGED',
          `a source item is ${json === undefined ? 'gone' : 'no longer what was inventoried'}`,
          { details: { key: wanted.key } },
        );
      return { content: Readable.from([Buffer.from(json)]) };
    },
  };
}

/** The item as it is now, whatever it was when it was inventoried; undefined when it is gone. */
export async function readItem(
  client: DynamoDBClient,
  table: string,
  record: PartitionItem,
): Promise<Item | undefined> {
  return (await client.send(readCommand(table, record))).Item;
}

export function readCommand(table: string, { key }: PartitionItem): GetItemCommand {
  return new GetItemCommand({
    TableName: table,
    Key: parseCanonicalItem(key),
    ConsistentRead: true,
  });
}

/** @throws TypeError when the record is of another kind of store */
export function itemRecord(record: StoreRecord): PartitionItem {
  if (record.kind !== 'item') throw new TypeError('a dynamodb-partition store holds items only');
  return record;
}
