import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { DynamodbPartitionStore } from '../core/plane.ts';
import type { PartitionItem, StoreRecord } from '../core/store-record.ts';
import { canonicalItem, hashItem, type Item, parseCanonicalItem } from './canonical-item.ts';
import { itemRecord } from './dynamodb-record-reader.ts';
import { removeItems } from './dynamodb-removal.ts';
import { createPace } from './pace.ts';
import { type PartitionSchema, readPartitionSchema } from './partition-schema.ts';
import type { CountedPage, Store } from './store.ts';
import { sumPages } from './sum-pages.ts';

interface QueryPage {
  readonly items: readonly Item[];
  /** Absent on the last page. */
  readonly lastKey?: Item;
}

/** Every item of one partition of one table. */
export function createDynamodbPartitionStore(
  client: DynamoDBClient,
  descriptor: DynamodbPartitionStore,
): Store {
  const { table } = descriptor;
  const pace = createPace();
  let known: Promise<PartitionSchema> | undefined;
  const schema = () => {
    known ??= readPartitionSchema(client, descriptor);
    // A failed look-up is not remembered: a warm Lambda asks again.
    known.catch(() => {
      known = undefined;
    });
    return known;
  };

  async function* inventory(after?: StoreRecord): AsyncGenerator<readonly PartitionItem[]> {
    const { keyNames } = await schema();
    for await (const { items } of queryPages(after && parseCanonicalItem(after.key)))
      if (items.length > 0) yield items.map((item) => partitionItem(item, keyNames));
  }

  async function* queryPages(startKey?: Item): AsyncGenerator<QueryPage> {
    const { keyNames, partitionValue } = await schema();
    let after = startKey;
    do {
      const page = await client.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: '#p = :p',
          ExpressionAttributeNames: { '#p': keyNames[0] ?? '' },
          ExpressionAttributeValues: { ':p': partitionValue },
          ...(after && { ExclusiveStartKey: after }),
        }),
      );
      after = page.LastEvaluatedKey;
      yield { items: page.Items ?? [], ...(after && { lastKey: after }) };
    } while (after);
  }

  async function* countPages(mark?: string): AsyncGenerator<CountedPage> {
    const { keyNames } = await schema();
    for await (const { items, lastKey } of queryPages(
      mark === undefined ? undefined : parseCanonicalItem(mark),
    )) {
      const records = items.map((item) => partitionItem(item, keyNames));
      yield {
        count: records.length,
        bytes: records.reduce((sum, { size }) => sum + size, 0),
        records,
        ...(lastKey && { mark: canonicalItem(lastKey) }),
      };
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
