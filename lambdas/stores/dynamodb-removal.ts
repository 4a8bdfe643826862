import { DeleteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { PartitionItem } from '../core/store-record.ts';
import { askBeforeEach, type Permission } from './ask-before-each.ts';
import { canonicalItem, hashItem, parseCanonicalItem } from './canonical-item.ts';
import { readCommand } from './dynamodb-record-reader.ts';
import { inParallel } from './in-parallel.ts';
import { unchangedItemCondition } from './item-guard.ts';
import type { Pace } from './pace.ts';
import { type RemovalTally, removalTally } from './removal-tally.ts';
import { isServiceError } from './retry-transient.ts';
import type { RemovalOptions, RemovalReport } from './store.ts';
import { Throttled, unlessThrottled } from './unless-throttled.ts';

/** Below the SDK's 50 sockets a client, so that one store cannot starve another. */
const REQUESTS_AT_ONCE = 16;

interface Removal {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly tally: RemovalTally;
  readonly permission: Permission;
}

/**
 * Removes items by a read and a conditional delete each. An item that is not what its record says is left alone; one that is
 * throttled is tried again, at a pace that the partition bears, for as long as that is allowed.
 * @param pace of everything that works on this partition
 */
export async function removeItems(
  client: DynamoDBClient,
  table: string,
  pace: Pace,
  records: readonly PartitionItem[],
  { mayGoOn }: RemovalOptions = {},
): Promise<RemovalReport> {
  const tally = removalTally();
  const permission = askBeforeEach(mayGoOn);
  const removal = { client, table, tally, permission };
  await inParallel(records, REQUESTS_AT_ONCE, async (record) => {
    const remove = itemRemoval(removal, record);
    for (let attempt = 1; ; attempt += 1) {
      if (permission.isOver() || (attempt > 1 && !(await permission.ask())))
        return tally.left(record);
      const turn = await pace.turn();
      try {
        await remove();
        return turn.accepted();
      } catch (error) {
        if (!(error instanceof Throttled)) throw error;
        turn.throttled();
      }
    }
  });
  return tally.report();
}

/**
 * @returns to be called again after a throttle. An item that is absent after a delete of ours whose reply was lost, which the
 *   SDK has repeated, was removed by it: that much the repetition cannot tell
 */
function itemRemoval({ client, table, tally, permission }: Removal, record: PartitionItem) {
  let mayBeGone = false;
  const absent = () => (mayBeGone ? tally.removed(record) : tally.alreadyAbsent());
  const readItem = async () =>
    (await client.send(unlessThrottled(readCommand(table, record)))).Item;
  return async (): Promise<void> => {
    const item = await readItem();
    if (!item) return absent();
    if (hashItem(canonicalItem(item)) !== record.sha256) return tally.changed(record);
    if (!(await permission.ask())) return tally.left(record);
    const removal = new DeleteItemCommand({
      TableName: table,
      Key: parseCanonicalItem(record.key),
      ...unchangedItemCondition(item),
    });
    try {
      await client.send(
        unlessThrottled(removal, () => {
          mayBeGone = true;
        }),
      );
      tally.removed(record);
    } catch (error) {
      if (!isServiceError(error)) throw error;
      if (error.name !== 'ConditionalCheckFailedException') return tally.failed(record, error.name);
      if (await readItem()) tally.changed(record);
      else absent();
    }
  };
}
