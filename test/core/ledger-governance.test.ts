import { describe, expect, it } from 'vitest';
import { foldLedger } from '../../lambdas/core/fold-ledger.ts';
import { purgePermission } from '../../lambdas/core/purge-permission.ts';
import { APPROVER, OFFBOARDING_ID, REQUESTER, TIMES } from '../support/builders.ts';
import {
  approvalRequested,
  approved,
  cancelled,
  deregistered,
  gatePassed,
  halted,
  JOURNEYS,
  ledgerOf,
  type Step,
} from '../support/ledgers.ts';

const SECOND_APPROVER = 'arn:aws:iam::111122223333:user/second-approver';
const LATER = '2026-12-03T10:00:00.000Z';
const used = (gracePeriodEnd?: string): Step => ({
  type: 'USE_NOTICED',
  actor: 'arn:aws:iam::111122223333:role/search',
  data: { use: 'query', ...(gracePeriodEnd && { gracePeriodEnd }) },
  at: '2026-11-26T10:00:00.000Z',
});
const forceRequested: Step = {
  type: 'FORCE_REQUESTED',
  offboardingId: null,
  actor: REQUESTER,
  reason: 'leaked',
  data: { expiresAt: '2026-11-23T10:00:00.000Z' },
  at: TIMES.requested,
};
const askedOfTwo: Step = {
  ...approvalRequested,
  data: { ...approvalRequested.data, requiredApprovals: 2 },
};
const approvedBy = (actor: string): Step => ({ ...approved, actor });

const stateAfter = async (...steps: readonly Step[]) => foldLedger(await ledgerOf(...steps));

describe('a use during the grace period', () => {
  it('is remembered, and moves the end of the grace period when it says so', async () => {
    const state = await stateAfter(deregistered(), used(), used(LATER));
    expect(state.noticedUses).toHaveLength(2);
    expect(state.noticedUses[0]).toEqual({
      by: 'arn:aws:iam::111122223333:role/search',
      use: 'query',
      at: '2026-11-26T10:00:00.000Z',
      answered: false,
    });
    expect(state.offboarding?.gracePeriodEnd).toBe(LATER);
  });

  it('keeps the gate shut and the cancel open until the later end', async () => {
    await expect(
      ledgerOf(deregistered(), used(LATER), gatePassed('DEACTIVATED')),
    ).rejects.toMatchObject({ name: 'GRACE_PERIOD_ACTIVE' });
    await expect(
      ledgerOf(deregistered(), used(LATER), { ...gatePassed('DEACTIVATED'), at: LATER }),
    ).resolves.toHaveLength(3);
    const late: Step = { ...cancelled, at: '2026-12-02T10:00:00.000Z' };
    await expect(ledgerOf(deregistered(), late)).rejects.toMatchObject({
      name: 'GRACE_PERIOD_OVER',
    });
    await expect(ledgerOf(deregistered(), used(LATER), late)).resolves.toHaveLength(3);
  });

  it('never shortens the grace period', async () => {
    await expect(ledgerOf(deregistered(), used(TIMES.graceEnd))).rejects.toMatchObject({
      name: 'ILLEGAL_TRANSITION',
    });
  });

  it('comes too late once the gate has decided, and belongs to one offboarding', async () => {
    await expect(ledgerOf(deregistered(), gatePassed('DEACTIVATED'), used())).rejects.toMatchObject(
      { name: 'PLANE_NOT_SERVING' },
    );
    const again: Step = { ...deregistered(), offboardingId: 'off_2' };
    const state = await stateAfter(deregistered(), used(), cancelled, again);
    expect(state.noticedUses).toEqual([]);
  });

  it('is answered by the halt that names it', async () => {
    const state = await stateAfter(
      deregistered(),
      used(),
      halted('verify_deactivate', 'PLANE_IN_USE'),
      used(),
    );
    expect(state.noticedUses.map(({ answered }) => answered)).toEqual([true, false]);
  });
});

describe('an approval by several people', () => {
  it('stands when enough different people have approved', async () => {
    const first = [...JOURNEYS.ARCHIVED, askedOfTwo, approvedBy(APPROVER)];
    expect((await stateAfter(...first)).approval?.status).toBe('requested');
    expect((await stateAfter(...first, approvedBy(APPROVER))).approval).toMatchObject({
      status: 'requested',
      approvals: [{ actor: APPROVER }],
    });
    expect((await stateAfter(...first, approvedBy(SECOND_APPROVER))).approval).toMatchObject({
      status: 'approved',
      approvals: [{ actor: APPROVER }, { actor: SECOND_APPROVER }],
    });
    await expect(ledgerOf(...first, gatePassed('PURGED'))).rejects.toMatchObject({
      name: 'PURGE_NOT_APPROVED',
    });
  });

  it('is counted again by the purge', async () => {
    const both = [approvedBy(APPROVER), approvedBy(SECOND_APPROVER)];
    const committed = [...JOURNEYS.ARCHIVED, askedOfTwo, ...both, gatePassed('PURGED')];
    const state = await stateAfter(...committed);
    expect(purgePermission(state, OFFBOARDING_ID)).toMatchObject({ allowed: true });
    const { approval } = state;
    if (!approval) throw new Error('the purge was never asked for');
    const oneOfThemAsked = { ...approval, requestedBy: [REQUESTER, APPROVER] };
    expect(purgePermission({ ...state, approval: oneOfThemAsked }, OFFBOARDING_ID)).toEqual({
      allowed: false,
      code: 'PURGE_NOT_APPROVED',
      message: '1 of 2 who did not ask for the purge have approved it',
    });
  });
});

describe('reminders and the first half of a force', () => {
  it('remembers who was reminded while the question stands, and no longer', async () => {
    const reminded: Step = {
      type: 'APPROVAL_REMINDED',
      data: { level: 'escalation' },
      at: TIMES.approved,
    };
    const state = await stateAfter(...JOURNEYS.ARCHIVED, approvalRequested, reminded);
    expect(state.approval?.reminders).toEqual([{ level: 'escalation', at: TIMES.approved }]);
    await expect(ledgerOf(...JOURNEYS.ARCHIVED, reminded)).rejects.toMatchObject({
      name: 'NO_OPEN_APPROVAL',
    });
  });

  it('keeps a request to force until the plane is deregistered', async () => {
    expect((await stateAfter(forceRequested)).forceRequest).toEqual({
      requestedBy: REQUESTER,
      reason: 'leaked',
      requestedAt: TIMES.requested,
      expiresAt: '2026-11-23T10:00:00.000Z',
    });
    expect((await stateAfter(forceRequested, deregistered())).forceRequest).toBeUndefined();
    await expect(ledgerOf(deregistered(), forceRequested)).rejects.toMatchObject({
      name: 'ILLEGAL_TRANSITION',
    });
  });
});
