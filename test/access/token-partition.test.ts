import { PutItemCommand, type ScalarAttributeType, ScanCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AccessPoint } from '../../lambdas/access/access-point.ts';
import { tokenPartition } from '../../lambdas/access/token-partition.ts';
import { type DynaliteTables, startDynalite } from '../support/dynalite-tables.ts';

const NOW = new Date('2026-11-29T10:00:00.000Z');
const NO_HOLD = async () => {};
const LATER = new Date('2026-11-30T10:00:00.000Z');

let tables: DynaliteTables;
let table: string;
let count = 0;

beforeAll(async () => {
  tables = await startDynalite();
});
afterAll(() => tables.close());
beforeEach(() => {
  count += 1;
  table = `tokens-${count}`;
});

function tokensOf(value: string): AccessPoint {
  return tokenPartition(tables.client, {
    kind: 'token-partition',
    table,
    partitionKey: { name: 'pk', value },
  });
}

async function createTable(type: ScalarAttributeType = 'S', sorted = true): Promise<void> {
  await tables.create(table, { name: 'pk', type }, ...(sorted ? [SORT_KEY] : []));
}
const SORT_KEY = { name: 'token', type: 'S' } as const;

async function put(...items: readonly Record<string, unknown>[]): Promise<void> {
  for (const item of items)
    await tables.client.send(new PutItemCommand({ TableName: table, Item: marshall(item) }));
}

async function items(): Promise<readonly Record<string, unknown>[]> {
  const { Items = [] } = await tables.client.send(new ScanCommand({ TableName: table }));
  return Items.map((item) => unmarshall(item)).sort((a, b) =>
    `${a.pk} ${a.token}` < `${b.pk} ${b.token}` ? -1 : 1,
  );
}

describe('revoking', () => {
  test('marks every token of the partition and no other, and deletes nothing', async () => {
    await createTable();
    await put(
      { pk: 'kp-1', token: 'a', scope: 'read' },
      { pk: 'kp-1', token: 'b' },
      { pk: 'kp-10', token: 'a' },
    );
    expect(await tokensOf('kp-1').close(NOW, NO_HOLD)).toEqual({
      closed: 2,
      alreadyClosed: 0,
      alreadyAbsent: 0,
    });
    expect(await items()).toEqual([
      { pk: 'kp-1', token: 'a', scope: 'read', revokedAt: '2026-11-29T10:00:00.000Z' },
      { pk: 'kp-1', token: 'b', revokedAt: '2026-11-29T10:00:00.000Z' },
      { pk: 'kp-10', token: 'a' },
    ]);
  });

  test('keeps an earlier revokedAt, and counts it apart', async () => {
    await createTable();
    await put(
      { pk: 'kp-1', token: 'a', revokedAt: '2026-01-01T00:00:00.000Z' },
      { pk: 'kp-1', token: 'b', revokedAt: 1767225600 },
      { pk: 'kp-1', token: 'c' },
    );
    const tokens = tokensOf('kp-1');
    expect(await tokens.close(NOW, NO_HOLD)).toEqual({
      closed: 1,
      alreadyClosed: 2,
      alreadyAbsent: 0,
    });
    expect(await tokens.close(LATER, NO_HOLD)).toEqual({
      closed: 0,
      alreadyClosed: 3,
      alreadyAbsent: 0,
    });
    expect((await items()).map(({ revokedAt }) => revokedAt)).toEqual([
      '2026-01-01T00:00:00.000Z',
      1767225600,
      '2026-11-29T10:00:00.000Z',
    ]);
  });

  test.each([null, '', false])(
    'takes revokedAt %j for a token that is still valid',
    async (mark) => {
      await createTable();
      await put({ pk: 'kp-1', token: 'a', revokedAt: mark });
      expect(await tokensOf('kp-1').proveClosed()).toEqual({
        refused: false,
        observed: '1 tokens not revoked',
      });
      expect(await tokensOf('kp-1').close(NOW, NO_HOLD)).toMatchObject({ closed: 1 });
      expect(await tokensOf('kp-1').proveClosed()).toEqual({
        refused: true,
        observed: '0 tokens not revoked',
      });
    },
  );

  test('knows the type of the key from the table', async () => {
    await createTable('N', false);
    await put({ pk: 7, note: 'x' }, { pk: 70 });
    expect(await tokensOf('7').close(NOW, NO_HOLD)).toMatchObject({ closed: 1 });
    expect(await items()).toEqual([
      { pk: 7, note: 'x', revokedAt: '2026-11-29T10:00:00.000Z' },
      { pk: 70 },
    ]);
  });

  test('works through more than one page', async () => {
    await createTable();
    const filler = 'x'.repeat(90_000); // 12 of them are more than the 1 MB of a page
    for (let index = 0; index < 24; index += 1)
      await put({ pk: 'kp-1', token: String(index).padStart(2, '0'), filler });
    const tokens = tokensOf('kp-1');
    expect(await tokens.close(NOW, NO_HOLD)).toEqual({
      closed: 24,
      alreadyClosed: 0,
      alreadyAbsent: 0,
    });
    expect(await tokens.proveClosed()).toEqual({ refused: true, observed: '0 tokens not revoked' });
  });

  test('says so when the table is not there', async () => {
    await expect(tokensOf('kp-1').close(NOW, NO_HOLD)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

test('a token that arrives after the revocation is found by the proof', async () => {
  await createTable();
  await put({ pk: 'kp-1', token: 'a' });
  await tokensOf('kp-1').close(NOW, NO_HOLD);
  await put({ pk: 'kp-1', token: 'b' });
  expect(await tokensOf('kp-1').proveClosed()).toEqual({
    refused: false,
    observed: '1 tokens not revoked',
  });
});

test('two revocations at the same time mark each token once', async () => {
  await createTable();
  for (let index = 0; index < 20; index += 1) await put({ pk: 'kp-1', token: `t${index}` });
  const reports = await Promise.all([
    tokensOf('kp-1').close(NOW, NO_HOLD),
    tokensOf('kp-1').close(LATER, NO_HOLD),
  ]);
  expect(reports.reduce((sum, { closed }) => sum + closed, 0)).toBe(20);
  expect(reports.reduce((sum, { alreadyClosed }) => sum + alreadyClosed, 0)).toBe(20);
});

test('what is held meanwhile is left as it is', async () => {
  await createTable();
  await put(...Array.from({ length: 60 }, (_, index) => ({ pk: 'kp-1', token: `t${index}` })));
  let asked = 0;
  const held = async () => {
    asked += 1;
    if (asked > 10) throw new Error('held');
  };
  await expect(tokensOf('kp-1').close(NOW, held)).rejects.toThrow('held');
  expect((await items()).filter(({ revokedAt }) => revokedAt)).toHaveLength(10);
});
