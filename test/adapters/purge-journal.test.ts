import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { purgeJournal } from '../../lambdas/adapters/purge-journal.ts';
import { eraseDecision } from '../../lambdas/adapters/purge-traces.ts';
import { planeProjection } from '../../lambdas/adapters/registry-table.ts';
import type { PurgeProgress } from '../../lambdas/core/purge-progress.ts';
import type { PurgePosition } from '../../lambdas/purge/purge-journal.ts';
import { PLANE_ID, planeRecord } from '../support/builders.ts';
import { type DynaliteTables, startDynalite } from '../support/dynalite-tables.ts';

const PROGRESS: PurgeProgress = {
  scopeHash: 'c'.repeat(64),
  startedAt: '2027-11-30T10:00:00.000Z',
  uploadsAborted: 0,
  parts: [
    {
      kind: 'bag',
      ref: 'b'.repeat(64),
      found: { count: 9, bytes: 5000 },
      destroyed: { count: 4, bytes: 2000 },
      alreadyAbsent: { count: 0, bytes: 0 },
      underway: true,
      uploadsUnderway: 1,
    },
  ],
};

let tables: DynaliteTables;
let table: string;
let count = 0;

beforeAll(async () => {
  tables = await startDynalite();
});
afterAll(() => tables.close());
beforeEach(async () => {
  count += 1;
  table = `registry-${count}`;
  await tables.create(table, { name: 'planeId', type: 'S' });
  await put(planeRecord({ lifecycleState: 'ARCHIVED', ledgerSeq: 7 }));
});

async function put(item: object): Promise<void> {
  await tables.client.send(new PutItemCommand({ TableName: table, Item: marshall(item) }));
}

async function record(planeId: string) {
  const { Item } = await tables.client.send(
    new GetItemCommand({ TableName: table, Key: marshall({ planeId }) }),
  );
  return Item && unmarshall(Item);
}

test('keeps the books on the record of the plane and leaves the rest of it alone', async () => {
  const journal = purgeJournal(tables.client, table);
  expect(await journal.read(PLANE_ID)).toEqual({});
  await journal.write(PLANE_ID, { books: PROGRESS });
  expect(await journal.read(PLANE_ID)).toEqual({ books: PROGRESS });
  expect(await record(PLANE_ID)).toEqual({
    ...planeRecord({ lifecycleState: 'ARCHIVED', ledgerSeq: 7 }),
    purgeProgress: PROGRESS,
  });
});

test('a position lasts until the next write, the books for ever', async () => {
  const journal = purgeJournal(tables.client, table);
  const measuring: PurgePosition = {
    ledgerSeq: 7,
    phase: 'measuring',
    tally: {
      counted: [],
      unlisted: [],
      open: {
        count: 2,
        bytes: 20,
        mark: 'planes/"1"\n',
        chains: { versions: 'a'.repeat(64), deleteMarkers: '' },
      },
    },
  };
  await journal.write(PLANE_ID, { position: measuring });
  expect(await journal.read(PLANE_ID)).toEqual({ position: measuring });
  const destroying: PurgePosition = {
    ledgerSeq: 7,
    phase: 'destroying',
    part: 1,
    problems: { ObjectLocked: 2 },
  };
  await journal.write(PLANE_ID, { books: PROGRESS, position: destroying });
  expect(await journal.read(PLANE_ID)).toEqual({ books: PROGRESS, position: destroying });
  await journal.write(PLANE_ID, {});
  expect(await journal.read(PLANE_ID)).toEqual({ books: PROGRESS });
});

test('scrubs what names people, and keeps what a restart needs', async () => {
  const journal = purgeJournal(tables.client, table);
  await journal.scrub(PLANE_ID);
  await journal.scrub(PLANE_ID);
  expect(await record(PLANE_ID)).toEqual({
    ...planeRecord({ lifecycleState: 'ARCHIVED', ledgerSeq: 7 }),
    name: 'scrubbed',
    tenantId: 'scrubbed',
    createdBy: 'scrubbed',
  });
});

test('the books are gone with the record once PURGED is projected', async () => {
  const journal = purgeJournal(tables.client, table);
  await journal.write(PLANE_ID, { books: PROGRESS });
  await planeProjection(tables.client, table).project(PLANE_ID, 'PURGED', 8, 0);
  const tombstone = { planeId: PLANE_ID, lifecycleState: 'PURGED', ledgerSeq: 8 };
  expect(await record(PLANE_ID)).toEqual(tombstone);
  await expect(journal.write(PLANE_ID, { books: PROGRESS })).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
  });
  await expect(journal.scrub(PLANE_ID)).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
  });
  expect(await record(PLANE_ID)).toEqual(tombstone);
});

test('writes nothing for a plane that is not registered', async () => {
  await expect(
    purgeJournal(tables.client, table).write('kp_unknown', { books: PROGRESS }),
  ).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  expect(await record('kp_unknown')).toBeUndefined();
});

test('a pending decision is erased, and may be absent', async () => {
  const erase = eraseDecision(tables.client, table);
  await put({ planeId: 'kp_other', scopeHash: 'x' });
  await erase({ planeId: PLANE_ID });
  await erase({ planeId: PLANE_ID });
  expect(await record(PLANE_ID)).toBeUndefined();
  expect(await record('kp_other')).toBeDefined();
});
