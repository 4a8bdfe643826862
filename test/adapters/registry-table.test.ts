import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planeProjection, planeRegistry } from '../../lambdas/adapters/registry-table.ts';
import type { OffboardingRecord } from '../../lambdas/core/plane.ts';
import { offboardingRequest, planeRecord } from '../support/builders.ts';
import { type DynaliteTables, startDynalite } from '../support/dynalite-tables.ts';

let tables: DynaliteTables;
beforeAll(async () => {
  tables = await startDynalite();
  for (const table of ['Registry', 'Listed'])
    await tables.create(table, { name: 'planeId', type: 'S' });
});
afterAll(() => tables.close());

const registry = (table = 'Registry') => planeRegistry(tables.client, table);
const projection = () => planeProjection(tables.client, 'Registry');

function attempt(attempt: number, offboardingId = 'off_1'): OffboardingRecord {
  return { offboardingId, attempt, executionArn: 'arn:aws:…', request: offboardingRequest() };
}

describe('the registry', () => {
  it('reads back what was created, and nothing for an id it does not have', async () => {
    await registry().create(planeRecord({ planeId: 'kp_new' }));
    expect(await registry().read('kp_new')).toEqual(planeRecord({ planeId: 'kp_new' }));
    expect(await registry().read('kp_unknown')).toBeUndefined();
  });

  it('never replaces a plane', async () => {
    await registry().create(planeRecord({ planeId: 'kp_twice', name: 'first' }));
    await expect(
      registry().create(planeRecord({ planeId: 'kp_twice', name: 'second' })),
    ).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect(await registry().read('kp_twice')).toMatchObject({ name: 'first' });
  });

  it('lists every plane once, page by page', async () => {
    const listed = registry('Listed');
    const planeIds = Array.from({ length: 7 }, (_, index) => `kp_${index}`);
    for (const planeId of planeIds) await listed.create(planeRecord({ planeId }));
    const found: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await listed.list({ limit: 3, ...(nextToken && { nextToken }) });
      expect(page.planes.length).toBeLessThanOrEqual(3);
      found.push(...page.planes.map(({ planeId }) => planeId));
      nextToken = page.nextToken;
    } while (nextToken);
    expect(found.toSorted()).toEqual(planeIds);
  });

  it.each(['', 'not base64 of anything', Buffer.from('[1]').toString('base64url')])(
    'refuses the page token %j',
    async (nextToken) => {
      await expect(registry('Listed').list({ limit: 3, nextToken })).rejects.toMatchObject({
        name: 'INVALID_REQUEST',
      });
    },
  );
});

describe('claiming an attempt', () => {
  it('lets one of two that start at once win', async () => {
    await registry().create(planeRecord({ planeId: 'kp_start' }));
    const claims = await Promise.all([
      registry().claimAttempt('kp_start', attempt(1, 'off_1'), undefined),
      registry().claimAttempt('kp_start', attempt(1, 'off_2'), undefined),
    ]);
    expect(claims.toSorted()).toEqual([false, true]);
    const winner = claims[0] ? 'off_1' : 'off_2';
    expect(await registry().read('kp_start')).toMatchObject({
      offboarding: attempt(1, winner),
    });
  });

  it('follows the attempt it has seen, and no other', async () => {
    const planeId = 'kp_again';
    await registry().create(planeRecord({ planeId }));
    expect(await registry().claimAttempt(planeId, attempt(1), undefined)).toBe(true);
    expect(await registry().claimAttempt(planeId, attempt(2), attempt(1))).toBe(true);
    expect(await registry().claimAttempt(planeId, attempt(2), attempt(1))).toBe(false);
    expect(await registry().claimAttempt(planeId, attempt(3), attempt(2, 'off_2'))).toBe(false);
    expect(await registry().claimAttempt(planeId, attempt(1), undefined)).toBe(false);
  });

  it('creates no plane, and wakes none that was purged', async () => {
    expect(await registry().claimAttempt('kp_unknown', attempt(1), undefined)).toBe(false);
    await registry().create(planeRecord({ planeId: 'kp_purged' }));
    await projection().project('kp_purged', 'PURGED', 8, 0);
    expect(await registry().claimAttempt('kp_purged', attempt(1), undefined)).toBe(false);
    expect(await registry().read('kp_unknown')).toBeUndefined();
  });
});

describe('the projection of the ledger', () => {
  it('moves forward, never back', async () => {
    const planeId = 'kp_forward';
    await registry().create(planeRecord({ planeId }));
    await projection().project(planeId, 'PENDING_DEACTIVATE', 1, 0);
    await projection().project(planeId, 'DEACTIVATED', 3, 0);
    await projection().project(planeId, 'PENDING_DEACTIVATE', 2, 0);
    await projection().project(planeId, 'ACTIVE', 3, 0);
    expect(await registry().read(planeId)).toEqual(
      planeRecord({ planeId, lifecycleState: 'DEACTIVATED', ledgerSeq: 3 }),
    );
  });

  it('says how many holds are in force, and nothing where there are none', async () => {
    const planeId = 'kp_held';
    await registry().create(planeRecord({ planeId }));
    await projection().project(planeId, 'ACTIVE', 2, 2);
    expect(await registry().read(planeId)).toEqual(
      planeRecord({ planeId, ledgerSeq: 2, holds: 2 }),
    );
    await projection().project(planeId, 'ACTIVE', 4, 0);
    expect(await registry().read(planeId)).toEqual(planeRecord({ planeId, ledgerSeq: 4 }));
  });

  it('leaves nothing of a purged plane but its id, its state and the length of its ledger', async () => {
    const planeId = 'kp_gone';
    await registry().create(planeRecord({ planeId }));
    await registry().claimAttempt(planeId, attempt(1), undefined);
    await projection().project(planeId, 'PURGED', 8, 0);
    const tombstone = { planeId, lifecycleState: 'PURGED', ledgerSeq: 8 };
    expect(await registry().read(planeId)).toEqual(tombstone);
    await projection().project(planeId, 'ARCHIVED', 7, 0);
    expect(await registry().read(planeId)).toEqual(tombstone);
    await projection().project(planeId, 'PURGED', 9, 0);
    expect(await registry().read(planeId)).toEqual({ ...tombstone, ledgerSeq: 9 });
  });

  it('adds no plane that was never registered', async () => {
    await projection().project('kp_never', 'PENDING_DEACTIVATE', 1, 0);
    await projection().project('kp_never', 'PURGED', 2, 0);
    expect(await registry().read('kp_never')).toBeUndefined();
  });
});
