import { DeleteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { PartitionItem } from '../core/store-record.ts';
import { askBeforeEach, type Permission } from './ask-before-each.ts';
import { canonicalItem, hashItem, parseCanonicalItem } from './canonical-item.ts';
import { readItem } from './dynamodb-record-reader.ts';
import { inParallel } from './in-parallel.ts';
import { unchangedItemCondition } from './item-guard.ts';
import { type RemovalTally, removalTally } from './removal-tally.ts';
import { isServiceError } from './retry-transient.ts';
import type { RemovalOptions, RemovalReport } from './store.ts';

/** Below the SDK's 50 sockets a client, so that one store cannot starve another. */
const REQUESTS_AT_ONCE = 16;

interface Removal {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly tally: RemovalTally;
  readonly permission: Permission;
}

/** Removes items by a read and a conditional delete each. An item that is not what its record says is left alone. */
export async function removeItems(
  client: DynamoDBClient,
  table: string,
  records: readonly PartitionItem[],
  { mayGoOn }: RemovalOptions = {},
): Promise<RemovalReport> {
  const tally = removalTally();
  const removal = { client, table, tally, permission: askBeforeEach(mayGoOn) };
  await inParallel(records, REQUESTS_AT_ONCE, (record) => removeItem(removal, record));
  return tally.report();
}

async function removeItem(
  { client, table, tally, permission }: Removal,
  record: PartitionItem,
): Promise<void> {
  if (permission.isOver()) return tally.left(record);
  const item = await readItem(client, table, record);
  if (!item) return tally.alreadyAbsent();
  if (hashItem(canonicalItem(item)) !== record.sha256) return tally.changed(record);
  if (!(await permission.ask())) return tally.left(record);
  try {
    await client.send(
      new DeleteItemCommand({
        TableName: table,
        Key: parseCanonicalItem(record.key),
        ...unchangedItemCondition(item),
      }),
    );
    tally.removed(record);
  } catch (error) {
    if (!isServiceError(error)) throw error;
    if (error.name !== 'ConditionalCheckFailedException') return tally.failed(record, error.name);
    if (await readItem(client, table, record)) tally.changed(record);
    else tally.alreadyAbsent();
  }
}
