import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { evictInventory, NOTHING_EVICTED } from '../../../lambdas/archive/evict-inventory.ts';
import type { Vault } from '../../../lambdas/archive/vault.ts';
import { ARCHIVE_LIMITS } from '../../../lambdas/core/archive-limits.ts';
import { inventoryLine } from '../../../lambdas/core/inventory.ts';
import type { Shard } from '../../../lambdas/core/shard.ts';
import { createDynamodbPartitionStore } from '../../../lambdas/stores/dynamodb-partition.ts';
import type { StoreRecord } from '../../../lambdas/stores/store.ts';
import { startArchiveWorld } from '../../support/archive-world.ts';
import { type ItemsTable, itemsTable } from '../../support/items-table.ts';

/** One shard with all of these. */
function shardOf(records: readonly StoreRecord[]) {
  const lines = records.map((record) => `${inventoryLine(record)}\n`).join('');
  const membersSha256 = createHash('sha256').update(lines).digest('hex');
  return {
    vault: { readText: async () => lines } as Partial<Vault> as Vault,
    shards: [{ shardId: '00001', store: 0, membersKey: 'members', membersSha256 } as Shard],
  };
}

function itemShard({ client, records }: ItemsTable) {
  const partitionKey = { name: 'plane', value: 'kp-1' };
  const descriptor = { kind: 'dynamodb-partition', table: 'chunks', partitionKey } as const;
  const stores = [createDynamodbPartitionStore(client, descriptor)];
  return { ...shardOf(records), stores, limits: ARCHIVE_LIMITS };
}

/** Says yes until so many items have been deleted. */
function untilDeleted(count: number) {
  const seen = { deletes: 0 };
  const table = itemsTable(900, (action) => {
    if (action === 'DeleteItem') seen.deletes += 1;
    return 'proceed';
  });
  return { seen, table, mayGoOn: async () => seen.deletes < count };
}

test('in the middle of a batch of items it stops after the requests that were sent', async () => {
  const { seen, table, mayGoOn } = untilDeleted(100);
  const progress = await evictInventory({ ...itemShard(table), mayGoOn }, NOTHING_EVICTED);
  // Sixteen requests are under way at once.
  expect(seen.deletes).toBeLessThan(100 + 16);
  expect(table.items.size).toBe(900 - seen.deletes);
  expect(progress).toMatchObject({ shards: 0, removed: seen.deletes, alreadyAbsent: 0 });
  expect(progress.members).toHaveLength(900 - seen.deletes);
});

test('it goes on in the middle of a shard, and counts each record once', async () => {
  const table = itemsTable(900);
  const work = itemShard(table);
  table.items.delete(table.records[700]?.key ?? '');
  let invocations = 0;
  let progress = NOTHING_EVICTED;
  while (progress.shards === 0) {
    invocations += 1;
    let asked = 0;
    const mayGoOn = async () => {
      asked += 1;
      return asked < 130;
    };
    // As it is kept between invocations.
    progress = JSON.parse(JSON.stringify(await evictInventory({ ...work, mayGoOn }, progress)));
  }
  expect(invocations).toBe(7);
  expect(table.items.size).toBe(0);
  const { removedBytes, ...counts } = progress;
  expect(counts).toEqual({ shards: 1, removed: 899, alreadyAbsent: 1, changed: 0, failed: {} });
  expect(removedBytes).toBe(
    table.records.reduce((sum, { size }, index) => sum + (index === 700 ? 0 : size), 0),
  );
});

test('of objects, too, the batches that are done while others are not are counted once', async () => {
  const world = await startArchiveWorld();
  try {
    for (let index = 0; index < 12; index += 1)
      await world.put(`${index % 2 ? 'doc' : 'line\n'}-${index}`, `${index}`);
    const stores = [world.open(world.documents)];
    const records: StoreRecord[] = [];
    for await (const page of stores[0]?.inventory() ?? []) records.push(...page);
    const work = { ...shardOf(records), stores, limits: { evictBatch: 4, evictionsAtOnce: 2 } };
    const counts: number[] = [];
    let progress = NOTHING_EVICTED;
    while (progress.shards === 0) {
      let asked = 0;
      const mayGoOn = async () => {
        asked += 1;
        return asked < 4;
      };
      progress = JSON.parse(JSON.stringify(await evictInventory({ ...work, mayGoOn }, progress)));
      counts.push(progress.removed);
    }
    expect(counts.length).toBeGreaterThan(1);
    expect(progress).toMatchObject({ shards: 1, removed: 12, alreadyAbsent: 0 });
  } finally {
    await world.close();
  }
});
