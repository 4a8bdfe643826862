import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { evictInventory, NOTHING_EVICTED } from '../../../lambdas/archive/evict-inventory.ts';
import type { Vault } from '../../../lambdas/archive/vault.ts';
import { ARCHIVE_LIMITS } from '../../../lambdas/core/archive-limits.ts';
import { OffboardingError } from '../../../lambdas/core/errors.ts';
import { inventoryLine } from '../../../lambdas/core/inventory.ts';
import type { Shard } from '../../../lambdas/core/shard.ts';
import { createDynamodbPartitionStore } from '../../../lambdas/stores/dynamodb-partition.ts';
import { type ItemsTable, itemsTable } from '../../support/items-table.ts';

/** One shard with all items of the table. */
function itemShard({ client, records }: ItemsTable) {
  const lines = records.map((record) => `${inventoryLine(record)}\n`).join('');
  const membersSha256 = createHash('sha256').update(lines).digest('hex');
  const partitionKey = { name: 'plane', value: 'kp-1' };
  return {
    vault: { readText: async () => lines } as Partial<Vault> as Vault,
    shards: [{ shardId: '00001', store: 0, membersKey: 'members', membersSha256 } as Shard],
    stores: [
      createDynamodbPartitionStore(client, {
        kind: 'dynamodb-partition',
        table: 'chunks',
        partitionKey,
      }),
    ],
    limits: ARCHIVE_LIMITS,
  };
}

test('a hold in the middle of a batch of items stops after the requests that were sent', async () => {
  let deletes = 0;
  const table = itemsTable(900, (action) => {
    if (action === 'DeleteItem') deletes += 1;
    return 'proceed';
  });
  const eviction = evictInventory(
    {
      ...itemShard(table),
      mustStop: () => false,
      async mayGoOn() {
        if (deletes >= 100) throw new OffboardingError('LEGAL_HOLD', 'held');
      },
    },
    NOTHING_EVICTED,
  );
  await expect(eviction).rejects.toMatchObject({ name: 'LEGAL_HOLD' });
  // Sixteen requests are under way at once.
  expect(deletes).toBeLessThan(100 + 16);
  expect(table.items.size).toBe(900 - deletes);
});
