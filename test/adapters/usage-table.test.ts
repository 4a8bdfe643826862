import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { usageReader, usageWriter } from '../../lambdas/adapters/usage-table.ts';
import { type DynaliteTables, startDynalite } from '../support/dynalite-tables.ts';
import { emptyTable } from '../support/empty-table.ts';
import { dependent, lease } from '../support/fake-usage.ts';

const NOW = new Date('2026-11-22T10:00:00.000Z');

const HOLDER = lease().heldBy;
const BUILDER = { declaredBy: dependent().declaredBy };
const SOMEBODY = 'arn:aws:iam::111122223333:user/somebody';
const KEYS = [
  { name: 'planeId', type: 'S' },
  { name: 'usageId', type: 'S' },
] as const;
const TAKEN = { name: 'USAGE_TAKEN' };

let tables: DynaliteTables;
beforeAll(async () => {
  tables = await startDynalite();
  await tables.create('Usage', ...KEYS);
});
beforeEach(() => emptyTable(tables.client, 'Usage', KEYS));
afterAll(() => tables.close());

const reader = () => usageReader(tables.client, 'Usage');
const writer = () => usageWriter(tables.client, 'Usage');

describe('leases', () => {
  it('count until the very moment they expire', async () => {
    const live = lease({ leaseId: 'live', expiresAt: '2026-11-22T10:00:00.001Z' });
    await writer().putLease('kp_1', live, NOW);
    await writer().putLease('kp_1', lease({ leaseId: 'over', expiresAt: NOW.toISOString() }), NOW);
    expect(await reader().activeLeases('kp_1', NOW)).toEqual([live]);
  });

  it('are renewed by putting them again, and given up by deleting them', async () => {
    await writer().putLease('kp_1', lease({ expiresAt: '2026-11-22T11:00:00.000Z' }), NOW);
    await writer().putLease('kp_1', lease({ expiresAt: '2026-11-22T12:00:00.000Z' }), NOW);
    const [renewed, ...more] = await reader().activeLeases('kp_1', NOW);
    expect(renewed?.expiresAt).toBe('2026-11-22T12:00:00.000Z');
    expect(more).toEqual([]);
    expect(await writer().deleteLease('kp_1', 'run-1', HOLDER)).toBe(true);
    expect(await writer().deleteLease('kp_1', 'run-1', HOLDER)).toBe(false);
    expect(await reader().activeLeases('kp_1', NOW)).toEqual([]);
  });

  it('are taken over by nobody while they last, and by anybody afterwards', async () => {
    const expiresAt = '2026-11-22T11:00:00.000Z';
    await writer().putLease('kp_1', lease({ expiresAt }), NOW);
    const theirs = lease({ heldBy: SOMEBODY, expiresAt: '2026-11-22T12:00:00.000Z' });
    const before = new Date('2026-11-22T10:59:59.999Z');
    await expect(writer().putLease('kp_1', theirs, before)).rejects.toMatchObject(TAKEN);
    expect(await writer().deleteLease('kp_1', 'run-1', SOMEBODY)).toBe(false);
    expect(await reader().activeLeases('kp_1', NOW)).toEqual([lease({ expiresAt })]);
    await writer().putLease('kp_1', theirs, new Date(expiresAt));
    expect(await reader().activeLeases('kp_1', NOW)).toEqual([theirs]);
  });

  it('are cleaned up by DynamoDB after they expire, not before', async () => {
    await writer().putLease('kp_1', lease({ expiresAt: '2026-11-22T10:00:00.001Z' }), NOW);
    const { Item } = await tables.client.send(
      new GetItemCommand({
        TableName: 'Usage',
        Key: { planeId: { S: 'kp_1' }, usageId: { S: 'lease#run-1' } },
      }),
    );
    expect(Item?.expiresAtSeconds).toEqual({ N: '1795341601' }); // 2026-11-22T10:00:01Z
  });
});

describe('dependents', () => {
  it('count until they are deleted, and are no leases', async () => {
    await writer().putDependent('kp_1', dependent('agent-1'));
    await writer().putLease('kp_1', lease(), NOW);
    expect(await reader().dependents('kp_1')).toEqual([dependent('agent-1')]);
    expect(await reader().activeLeases('kp_1', NOW)).toEqual([lease()]);
    expect(await writer().deleteDependent('kp_1', 'agent-2', BUILDER)).toBe(false);
    expect(await writer().deleteDependent('kp_1', 'agent-1', BUILDER)).toBe(true);
    expect(await reader().dependents('kp_1')).toEqual([]);
  });
});

describe('a declaration', () => {
  const declared = (declarationId: string) => ({ ...dependent('agent-1'), declarationId });

  it('lasts until the dependent is deleted, however often it is put', async () => {
    expect(await writer().putDependent('kp_1', declared('dec_1'))).toBeUndefined();
    expect(await writer().putDependent('kp_1', declared('dec_2'))).toEqual(declared('dec_1'));
    expect(await reader().dependents('kp_1')).toEqual([declared('dec_1')]);
    await writer().deleteDependent('kp_1', 'agent-1', BUILDER);
    expect(await writer().putDependent('kp_1', declared('dec_3'))).toBeUndefined();
    expect(await reader().dependents('kp_1')).toEqual([declared('dec_3')]);
  });

  it('begins when what an earlier version wrote is put again', async () => {
    await writer().putDependent('kp_1', dependent('agent-1'));
    expect(await writer().putDependent('kp_1', declared('dec_1'))).toEqual(dependent('agent-1'));
    expect(await reader().dependents('kp_1')).toEqual([declared('dec_1')]);
  });
});

describe('what somebody else has declared', () => {
  const mine = { ...dependent('agent-1'), declarationId: 'dec_1' };
  const theirs = { ...mine, declaredBy: SOMEBODY };

  it('is not taken over', async () => {
    await writer().putDependent('kp_1', mine);
    await expect(writer().putDependent('kp_1', theirs)).rejects.toMatchObject(TAKEN);
    expect(await reader().dependents('kp_1')).toEqual([mine]);
  });

  it('is not removed in its place, nor is a later declaration', async () => {
    await writer().putDependent('kp_1', mine);
    expect(await writer().deleteDependent('kp_1', 'agent-1', theirs)).toBe(false);
    const earlier = { ...mine, declarationId: 'dec_0' };
    expect(await writer().deleteDependent('kp_1', 'agent-1', earlier)).toBe(false);
    expect(await writer().deleteDependent('kp_1', 'agent-1', mine)).toBe(true);
  });
});
