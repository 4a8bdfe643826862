import { describe, expect, it } from 'vitest';
import type { StageContext } from '../../lambdas/contract.ts';
import { foldLedger } from '../../lambdas/core/fold-ledger.ts';
import type { OffboardingRequest } from '../../lambdas/core/plane.ts';
import { createDeregister } from '../../lambdas/deregister/deregister.ts';
import { OFFBOARDING_ID, offboardingRequest, PLANE_ID, planeRecord } from '../support/builders.ts';
import { dependent, type FakeUsage, fakeUsage, lease } from '../support/fake-usage.ts';

const NOW = new Date('2026-11-22T10:00:00.000Z');

function deregister(changes: Partial<OffboardingRequest> = {}, usage: FakeUsage = fakeUsage()) {
  const handler = createDeregister({ usage, gracePeriodFloorDays: 3 });
  const context: StageContext = {
    planeId: PLANE_ID,
    offboardingId: OFFBOARDING_ID,
    request: offboardingRequest(changes),
    input: {},
    plane: planeRecord(),
    ledger: foldLedger([]),
    now: NOW,
    remainingMs: () => 60_000,
  };
  return { validate: () => handler.validate(context), execute: () => handler.execute(context) };
}

describe('deregister', () => {
  it('fixes the end of the grace period, in UTC', async () => {
    expect(await deregister().execute()).toEqual({
      status: 'success',
      message: 'deregistered; the grace period ends at 2026-11-29T10:00:00.000Z',
      data: {
        deregistrationRequestedAt: '2026-11-22T10:00:00.000Z',
        gracePeriodDays: 7,
        gracePeriodEnd: '2026-11-29T10:00:00.000Z',
        dependents: [],
        dependentCount: 0,
        canCancel: true,
      },
    });
  });

  it('skips the grace period when forced, and leaves nothing to cancel', async () => {
    const forced = await deregister({ force: true, forceReason: 'a leak' }).execute();
    expect(forced).toMatchObject({
      data: { gracePeriodDays: 7, gracePeriodEnd: NOW.toISOString(), canCancel: false },
    });
  });

  it('names the dependents, a hundred at most, and counts all of them', async () => {
    const declared = Array.from({ length: 130 }, (_, index) =>
      dependent(`agent-${String(129 - index).padStart(3, '0')}`),
    );
    const result = await deregister({}, fakeUsage([], declared)).execute();
    if (result.status !== 'success') throw new Error(result.message);
    expect(result.data.dependentCount).toBe(130);
    expect(result.data.dependents).toHaveLength(100);
    expect(result.data.dependents.slice(0, 2)).toEqual(['agent-000', 'agent-001']);
  });

  it.each([false, true])('fails while somebody works with the plane (force: %s)', async (force) => {
    const usage = fakeUsage([
      lease({ leaseId: 'run-1' }),
      lease({ leaseId: 'query-1', kind: 'query' }),
      lease({ leaseId: 'query-2', kind: 'query' }),
      lease({ leaseId: 'over', expiresAt: NOW.toISOString() }),
    ]);
    expect(await deregister({ force, forceReason: 'a leak' }, usage).execute()).toEqual({
      status: 'failure',
      errorCode: 'ACTIVE_REFERENCES',
      message: '3 active reference(s): 1 run(s), 2 query lease(s)',
      errorDetails: { leaseIds: ['run-1', 'query-1', 'query-2'] },
    });
  });

  it('says by its own code that the usage cannot be read, and lets the rest be retried by name', async () => {
    const failing = (name: string) => ({
      ...fakeUsage(),
      activeLeases: async () => {
        throw Object.assign(new Error('arn:aws:…'), { name });
      },
    });
    expect(await deregister({}, failing('ResourceNotFoundException')).execute()).toMatchObject({
      status: 'failure',
      errorCode: 'DEREGISTER_FAILED',
      message: "the plane's usage cannot be read: ResourceNotFoundException",
    });
    await expect(
      deregister({}, failing('ProvisionedThroughputExceededException')).execute(),
    ).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
  });

  it.each([
    [{ gracePeriodDays: 3 }, undefined],
    [{ gracePeriodDays: 2 }, 'the grace period is 2 day(s), at least 3 are required here'],
    [{ gracePeriodDays: 0, force: true, forceReason: 'a leak' }, undefined],
    [{ force: true, forceReason: null }, 'the grace period is skipped only for a stated reason'],
    [{ force: true, forceReason: '' }, 'the grace period is skipped only for a stated reason'],
  ])('validates %j', (changes, refusal) => {
    expect(deregister(changes).validate()).toBe(refusal);
  });
});
