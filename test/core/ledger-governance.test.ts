import { describe, expect, it } from 'vitest';
import { acknowledgedDependents } from '../../lambdas/core/acknowledged-dependents.ts';
import { foldLedger } from '../../lambdas/core/fold-ledger.ts';
import { purgePermission } from '../../lambdas/core/purge-permission.ts';
import {
  APPROVER,
  OFFBOARDING_ID,
  offboardingRequest,
  REQUESTER,
  TIMES,
} from '../support/builders.ts';
import {
  approvalRequested,
  approved,
  cancelled,
  deregistered,
  gatePassed,
  halted,
  JOURNEYS,
  ledgerOf,
  restarted,
  type Step,
} from '../support/ledgers.ts';

const SECOND_APPROVER = 'arn:aws:iam::111122223333:user/second-approver';
const OPERATOR = 'arn:aws:iam::111122223333:user/operator-2';
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
      halted: false,
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

  it('is one of a hundred declarations of a caller at most, however they are written', async () => {
    const declared = (index: number): Step => ({
      ...used(),
      data: { use: 'dependent', declarationId: `dec_${index}` },
    });
    const hundred = Array.from({ length: 100 }, (_, index) => declared(index));
    await expect(ledgerOf(deregistered(), ...hundred, declared(100))).rejects.toMatchObject({
      name: 'TOO_MANY_DECLARATIONS',
    });
    const others = { ...declared(100), actor: APPROVER };
    await expect(ledgerOf(deregistered(), ...hundred, others, used())).resolves.toHaveLength(103);
  });

  it('is answered by whoever starts again after the halt that names it, and by no halt', async () => {
    const inUse = halted('verify_deactivate', 'PLANE_IN_USE');
    const answered = async (...steps: readonly Step[]) =>
      (await stateAfter(deregistered(), ...steps)).noticedUses.map((use) => use.answered);
    expect(await answered(used(), inUse, used())).toEqual([false, false]);
    expect(await answered(used(), inUse, used(), restarted(OPERATOR))).toEqual([true, false]);
    const otherwise = halted('verify_deactivate', 'ACTIVE_USAGE');
    expect(await answered(used(), otherwise, restarted(OPERATOR))).toEqual([false]);
  });
});

describe('a start after a halt', () => {
  it('is remembered with who did it, why, and whom they acknowledged', async () => {
    const again = restarted(OPERATOR, ['billing']);
    const inUse = halted('deactivate', 'DEPENDENTS_EXIST');
    const state = await stateAfter(deregistered(), inUse, again);
    expect(state.restarts).toEqual([
      {
        by: OPERATOR,
        reason: 'they know',
        at: TIMES.graceEnd,
        erasure: false,
        acknowledgedDependents: ['billing'],
      },
    ]);
    expect(state.halt).toMatchObject({ code: 'DEPENDENTS_EXIST' });
  });

  it('adds to whom the starts before it have acknowledged', async () => {
    const request = offboardingRequest({ acknowledgedDependents: ['chatbot'] });
    const state = await stateAfter(
      deregistered({ request }),
      restarted(OPERATOR, ['search', 'billing']),
      restarted(APPROVER, ['audit']),
    );
    expect(acknowledgedDependents(state)).toEqual(['audit', 'billing', 'chatbot', 'search']);
  });

  it('keeps whoever did it from approving, whatever the question said', async () => {
    const again = restarted(APPROVER);
    const [first, ...rest] = JOURNEYS.ARCHIVED as [Step, ...Step[]];
    await expect(
      ledgerOf(first, again, ...rest, approvalRequested, approved),
    ).rejects.toMatchObject({
      name: 'APPROVER_IS_REQUESTER',
    });
    await expect(
      ledgerOf(...JOURNEYS.ARCHIVED, approvalRequested, again, approved),
    ).rejects.toMatchObject({ name: 'APPROVER_IS_REQUESTER' });
  });

  it('is one of the offboarding under way, and of no other', async () => {
    await expect(ledgerOf(restarted(OPERATOR))).rejects.toMatchObject({
      name: 'ILLEGAL_TRANSITION',
    });
    const superseded = { name: 'OFFBOARDING_SUPERSEDED' };
    await expect(ledgerOf(deregistered(), cancelled, restarted(OPERATOR))).rejects.toMatchObject(
      superseded,
    );
    const again: Step = { ...deregistered(), offboardingId: 'off_2' };
    expect(
      (await stateAfter(deregistered(), restarted(OPERATOR), cancelled, again)).restarts,
    ).toEqual([]);
  });
});

describe('a removal of usage', () => {
  const removed = (actor: string, whose: string): Step => ({
    type: 'USAGE_REMOVED',
    actor,
    data: { use: 'dependent', id: 'billing', whose, declarationId: 'dec_1' },
    at: TIMES.graceEnd,
  });
  const [first, ...rest] = JOURNEYS.ARCHIVED as [Step, ...Step[]];

  it("of somebody else's keeps whoever did it from approving", async () => {
    await expect(
      ledgerOf(first, removed(APPROVER, OPERATOR), ...rest, approvalRequested, approved),
    ).rejects.toMatchObject({ name: 'APPROVER_IS_REQUESTER' });
  });

  it("of one's own keeps nobody from it", async () => {
    const steps = [first, removed(APPROVER, APPROVER), ...rest, approvalRequested, approved];
    expect((await stateAfter(...steps)).approval?.status).toBe('approved');
  });

  it('is recorded while the plane waits to be deactivated, and at no other time', async () => {
    const own = removed(APPROVER, APPROVER);
    await expect(ledgerOf(own)).rejects.toMatchObject({ name: 'ILLEGAL_TRANSITION' });
    await expect(ledgerOf(...JOURNEYS.DEACTIVATED, own)).rejects.toMatchObject({
      name: 'ILLEGAL_TRANSITION',
    });
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
