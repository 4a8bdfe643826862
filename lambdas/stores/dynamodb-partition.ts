import {
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { DynamodbPartitionStore } from '../core/plane.ts';
import type { PartitionItem, StoreRecord } from '../core/store-record.ts';
import { canonicalItem, hashItem, type Item, parseCanonicalItem } from './canonical-item.ts';
import { itemRecord } from './dynamodb-record-reader.ts';
import { removeItems } from './dynamodb-removal.ts';
import { createPace } from './pace.ts';
import { readPartitionSchema } from './partition-schema.ts';
import type { CountedPage, Store } from './store.ts';
import { sumPages } from './sum-pages.ts';

/** Every item of one partition of one table. */
export function createDynamodbPartitionStore(
  client: DynamoDBClient,
  descriptor: DynamodbPartitionStore,
): Store {
  const { table, partitionKey } = descriptor;
  const pace = createPace();

  async function* inventory(after?: StoreRecord): AsyncGenerator<readonly PartitionItem[]> {
    const { keyNames, partitionValue } = await readPartitionSchema(client, descriptor);
    let startKey = after && parseCanonicalItem(after.key);
    do {
      const page: QueryCommandOutput = await client.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: '#p = :p',
          ExpressionAttributeNames: { '#p': partitionKey.name },
          ExpressionAttributeValues: { ':p': partitionValue },
          ExclusiveStartKey: startKey,
        }),
      );
      startKey = page.LastEvaluatedKey;
      const items = page.Items ?? [];
      if (items.length > 0) yield items.map((item) => partitionItem(item, keyNames));
    } while (startKey);
  }

  /** Asks on its own: what proves that nothing is left must not find it by the code that found what was removed. */
  async function* countPages(mark?: string): AsyncGenerator<CountedPage> {
    const { keyNames, partitionValue } = await readPartitionSchema(client, descriptor);
    for (let after = mark; ; ) {
      const { Items = [], LastEvaluatedKey }: QueryCommandOutput = await client.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: '#n = :v',
          ExpressionAttributeNames: { '#n': partitionKey.name },
          ExpressionAttributeValues: { ':v': partitionValue },
          ...(after !== undefined && { ExclusiveStartKey: parseCanonicalItem(after) }),
        }),
      );
      const records = Items.map((item) => partitionItem(item, keyNames));
      const bytes = records.reduce((sum, { size }) => sum + size, 0);
      const page = { count: records.length, bytes, records };
      if (!LastEvaluatedKey) return yield page;
      after = canonicalItem(LastEvaluatedKey);
      yield { ...page, mark: after };
    }
  }

  return {
    descriptor,
    inventory,
    remove: (records, options) =>
      removeItems(client, table, pace, records.map(itemRecord), options),
    countUploads: async () => 0,
    abortUploads: async () => 0,
    countPages,
    measure: () => sumPages(countPages()),
  };
}

function partitionItem(item: Item, keyNames: readonly string[]): PartitionItem {
  const json = canonicalItem(item);
  return {
    kind: 'item',
    key: canonicalItem(
      Object.fromEntries(Object.entries(item).filter(([name]) => keyNames.includes(name))),
    ),
    size: Buffer.byteLength(json),
    sha256: hashItem(json),
  };
}
