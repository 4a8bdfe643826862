import { describe, expect, it } from 'vitest';
import type { StageContext } from '../../lambdas/contract.ts';
import { foldLedger } from '../../lambdas/core/fold-ledger.ts';
import type { UseDuringGrace } from '../../lambdas/core/grace-use.ts';
import { createVerifyDeactivate } from '../../lambdas/verify-deactivate/verify-deactivate.ts';
import {
  APPROVER,
  OFFBOARDING_ID,
  offboardingRequest,
  PLANE_ID,
  planeRecord,
  TIMES,
} from '../support/builders.ts';
import { fakeUsage, lease } from '../support/fake-usage.ts';
import {
  deregistered,
  halted,
  ledgerOf,
  restarted,
  type Step,
  useNoticed,
} from '../support/ledgers.ts';

const FORCED = offboardingRequest({ force: true, forceReason: 'a leak' });

async function verify({
  now = TIMES.graceEnd as string,
  steps = [deregistered()] as readonly Step[],
  request = offboardingRequest(),
  leases = [lease()].slice(1),
  useDuringGrace = 'record' as UseDuringGrace,
} = {}) {
  const handler = createVerifyDeactivate({ usage: fakeUsage(leases), useDuringGrace });
  const context: StageContext = {
    planeId: PLANE_ID,
    offboardingId: OFFBOARDING_ID,
    request,
    input: {},
    plane: planeRecord(),
    ledger: foldLedger(await ledgerOf(...steps)),
    now: new Date(now),
    remainingMs: () => 60_000,
  };
  return { refusal: handler.validate(context), result: await handler.execute(context) };
}

describe('verify_deactivate', () => {
  it('succeeds from the very end of the grace period on', async () => {
    const { refusal, result } = await verify();
    expect(refusal).toBeUndefined();
    expect(result).toEqual({
      status: 'success',
      message: 'the plane is not in use and may be deactivated',
      data: {
        verifiedAt: TIMES.graceEnd,
        gracePeriodPassed: true,
        forceUsed: false,
        activeUsageCount: 0,
      },
    });
  });

  it('fails a millisecond before', async () => {
    const { result } = await verify({ now: '2026-11-29T09:59:59.999Z' });
    expect(result).toMatchObject({
      status: 'failure',
      errorCode: 'GRACE_PERIOD_ACTIVE',
      message: 'the grace period ends at 2026-11-29T10:00:00.000Z',
    });
  });

  it('does not believe a force that the ledger does not know', async () => {
    const { result } = await verify({ now: TIMES.requested, request: FORCED });
    expect(result).toMatchObject({ errorCode: 'GRACE_PERIOD_ACTIVE' });
  });

  it('succeeds at once when the recorded request was forced', async () => {
    const steps = [deregistered({ request: FORCED, gracePeriodEnd: TIMES.requested })];
    const { result } = await verify({ now: TIMES.requested, steps });
    expect(result).toMatchObject({
      status: 'success',
      data: { gracePeriodPassed: true, forceUsed: true },
    });
  });

  it.each([false, true])('fails while leases are held (force: %s)', async (force) => {
    const request = force ? FORCED : offboardingRequest();
    const { result } = await verify({
      steps: [deregistered({ request })],
      leases: [lease(), lease({ leaseId: 'run-2' }), lease({ expiresAt: TIMES.graceEnd })],
    });
    expect(result).toEqual({
      status: 'failure',
      errorCode: 'ACTIVE_USAGE',
      message: '2 lease(s) are still held',
      errorDetails: { leaseIds: ['run-1', 'run-2'] },
    });
  });

  it('cannot work without a deregistration on record', async () => {
    expect((await verify({ steps: [] })).refusal).toBe('the ledger knows of no deregistration');
  });

  it.each([
    ['record', 'success'],
    ['extend', 'success'],
    ['halt', 'failure'],
  ] as const)(
    'of a use that left the end of the grace period as it is: %s -> %s',
    async (useDuringGrace, status) => {
      const steps = [deregistered(), useNoticed('2026-11-22T11:00:00.000Z')];
      const { result } = await verify({ steps, useDuringGrace });
      expect(result.status).toBe(status);
      if (result.status === 'failure')
        expect(result).toMatchObject({
          errorCode: 'PLANE_IN_USE',
          message:
            'the plane was used 1 time(s) during its grace period; start again to go on all the same',
        });
    },
  );

  it('goes on when somebody has started again after the halt, and halts for the next use', async () => {
    const unanswered = [
      deregistered(),
      useNoticed('2026-11-23T10:00:00.000Z'),
      halted('verify_deactivate', 'PLANE_IN_USE'),
    ];
    const policy = { useDuringGrace: 'halt' } as const;
    expect((await verify({ steps: unanswered, ...policy })).result.status).toBe('failure');
    const answered = [...unanswered, restarted(APPROVER)];
    expect((await verify({ steps: answered, ...policy })).result.status).toBe('success');
    const again = [...answered, useNoticed('2026-11-29T10:00:00.000Z')];
    expect((await verify({ steps: again, ...policy })).result).toMatchObject({
      errorCode: 'PLANE_IN_USE',
    });
  });

  it('waits for the end that a use has brought about', async () => {
    const gracePeriodEnd = '2026-12-06T00:00:00.000Z';
    const steps = [deregistered(), useNoticed('2026-11-28T10:00:00.000Z', gracePeriodEnd)];
    const policy = { steps, useDuringGrace: 'extend' } as const;
    expect((await verify(policy)).result).toMatchObject({
      errorCode: 'GRACE_PERIOD_ACTIVE',
      message: `the grace period ends at ${gracePeriodEnd}`,
    });
    expect((await verify({ ...policy, now: gracePeriodEnd })).result.status).toBe('success');
  });
});
