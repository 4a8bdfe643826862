import { BatchWriteItemCommand, type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { TableKey } from './dynalite-tables.ts';

const WRITES_PER_REQUEST = 25;

/** Deletes every item of a small table. */
export async function emptyTable(
  client: DynamoDBClient,
  table: string,
  keys: readonly TableKey[],
): Promise<void> {
  for await (const { Items = [] } of paginateScan({ client }, { TableName: table })) {
    const deletes = Items.map((item) => ({
      DeleteRequest: {
        Key: Object.fromEntries(
          Object.entries(item).filter(([name]) => keys.some((key) => key.name === name)),
        ),
      },
    }));
    for (let start = 0; start < deletes.length; start += WRITES_PER_REQUEST) {
      const batch = deletes.slice(start, start + WRITES_PER_REQUEST);
      await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: batch } }));
    }
  }
}
