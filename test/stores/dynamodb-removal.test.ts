import { expect, test } from 'vitest';
import { createDynamodbPartitionStore } from '../../lambdas/stores/dynamodb-partition.ts';
import { type ItemFate, itemsTable } from '../support/items-table.ts';

const DESCRIPTOR = {
  kind: 'dynamodb-partition',
  table: 'chunks',
  partitionKey: { name: 'plane', value: 'kp-1' },
} as const;

/** A partition that takes so many deletes within 100 ms and throttles the others, as DynamoDB does by its write units. */
function capacity(deletesPer100Ms: number) {
  const seen = { throttled: 0 };
  let available = deletesPer100Ms;
  let at = performance.now();
  return {
    seen,
    fateOf(action: string): ItemFate {
      if (action !== 'DeleteItem') return 'proceed';
      const now = performance.now();
      available = Math.min(deletesPer100Ms, available + ((now - at) / 100) * deletesPer100Ms);
      at = now;
      if (available < 1) {
        seen.throttled += 1;
        return { refuse: 'ProvisionedThroughputExceededException' };
      }
      available -= 1;
      return 'proceed';
    },
  };
}

test('a partition that throttles is emptied at the pace it bears, however many items it holds', async () => {
  const partition = capacity(4);
  const { client, records, items } = itemsTable(80, partition.fateOf);
  const report = await createDynamodbPartitionStore(client, DESCRIPTOR).remove(records);
  expect(report).toMatchObject({
    removed: 80,
    alreadyAbsent: 0,
    changed: [],
    failed: [],
    left: [],
  });
  expect(items.size).toBe(0);
  expect(partition.seen.throttled).toBeGreaterThan(0);
});

test('what is throttled when there is no more time is left, and has not failed', async () => {
  const { client, records, items } = itemsTable(100, (action) =>
    action === 'DeleteItem' ? { refuse: 'ThrottlingException' } : 'proceed',
  );
  let asked = 0;
  const mayGoOn = async () => {
    asked += 1;
    return asked < 30;
  };
  const store = createDynamodbPartitionStore(client, DESCRIPTOR);
  const report = await store.remove(records, { mayGoOn });
  expect(report).toMatchObject({ removed: 0, alreadyAbsent: 0, changed: [], failed: [] });
  expect(report.left).toHaveLength(100);
  expect(items.size).toBe(100);
});

test('reads that are throttled are waited for as well', async () => {
  let reads = 0;
  const { client, records } = itemsTable(20, (action) => {
    if (action !== 'GetItem') return 'proceed';
    reads += 1;
    return reads % 3 === 0 ? { refuse: 'RequestLimitExceeded' } : 'proceed';
  });
  const store = createDynamodbPartitionStore(client, DESCRIPTOR);
  expect(await store.remove(records)).toMatchObject({ removed: 20, failed: [] });
});

test('an item whose delete was done and repeated, because its reply was lost, was removed', async () => {
  let deletes = 0;
  const { client, records, items } = itemsTable(20, (action) => {
    if (action !== 'DeleteItem') return 'proceed';
    deletes += 1;
    // Every third is done, and every fifth repetition of the SDK throttled.
    if (deletes % 5 === 0) return { refuse: 'ThrottlingException' };
    return deletes % 3 === 0 ? 'lose' : 'proceed';
  });
  const [gone] = records;
  items.delete(gone?.key ?? '');
  const store = createDynamodbPartitionStore(client, DESCRIPTOR);
  expect(await store.remove(records)).toMatchObject({ removed: 19, alreadyAbsent: 1, failed: [] });
});

test('an item that somebody else has deleted meanwhile was already absent', async () => {
  const table = itemsTable(5, (action, key) => {
    if (action === 'DeleteItem') table.items.delete(key);
    return 'proceed';
  });
  const store = createDynamodbPartitionStore(table.client, DESCRIPTOR);
  expect(await store.remove(table.records)).toMatchObject({ removed: 0, alreadyAbsent: 5 });
});

test('a refusal that is no throttle is reported under its name', async () => {
  const { client, records } = itemsTable(1, (action) =>
    action === 'DeleteItem' ? { refuse: 'AccessDeniedException' } : 'proceed',
  );
  const store = createDynamodbPartitionStore(client, DESCRIPTOR);
  expect(await store.remove(records)).toMatchObject({
    removed: 0,
    failed: [{ record: records[0], code: 'AccessDeniedException' }],
  });
});
