import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIFECYCLE_STATES, PROTECTED_TRANSITIONS } from '../../lambdas/core/lifecycle.ts';
import { builtInPolicy, type GateFacts } from '../../lambdas/policy-gate/policy.ts';
import { APPROVER, REQUESTER, TIMES } from '../support/builders.ts';

const DEACTIVATION: GateFacts = {
  lifecycleState: 'PENDING_DEACTIVATE',
  transition: 'DEACTIVATED',
  committed: false,
  openHolds: 0,
  dependents: 0,
  activeUsage: 0,
  requesters: [REQUESTER],
};
const approvedBy = (...actors: string[]): NonNullable<GateFacts['approval']> => ({
  status: 'approved',
  approvals: actors.map((actor) => ({ actor, reason: 'over', at: TIMES.approved })),
});
const PURGE: GateFacts = {
  ...DEACTIVATION,
  lifecycleState: 'ARCHIVED',
  transition: 'PURGED',
  approval: approvedBy(APPROVER),
};
const asked = (status: 'requested' | 'rejected' | 'expired' | 'outdated'): Partial<GateFacts> => ({
  approval: { status, approvals: [] },
});

describe('the built-in policy', () => {
  it.each([
    ['a deactivation nothing speaks against', DEACTIVATION],
    ['a purge that somebody else approved', PURGE],
    ['an interrupted purge under its approval', { ...PURGE, committed: true }],
    [
      'the rest of a deactivation, whoever has turned up since',
      { ...DEACTIVATION, committed: true, dependents: 2 },
    ],
    [
      'a purge that a requester approved as well as somebody else',
      {
        ...PURGE,
        approval: approvedBy(REQUESTER, APPROVER),
      },
    ],
  ])('allows %s', (_name, facts) => {
    expect(builtInPolicy(facts)).toEqual({ decision: 'ALLOWED', reasons: [] });
  });

  it.each([
    ['a deactivation under a hold', DEACTIVATION, { openHolds: 1 }, ['LEGAL_HOLD']],
    ['a deactivation with dependents', DEACTIVATION, { dependents: 3 }, ['DEPENDENTS_EXIST']],
    [
      'with every reason there is, the hold first',
      DEACTIVATION,
      { openHolds: 1, dependents: 1, lifecycleState: 'ARCHIVED' as const },
      ['LEGAL_HOLD', 'WRONG_STATE', 'DEPENDENTS_EXIST'],
    ],
    [
      'a committed deactivation under a hold',
      DEACTIVATION,
      { committed: true, openHolds: 1 },
      ['LEGAL_HOLD'],
    ],
    ['a purge under a hold', PURGE, { openHolds: 2 }, ['LEGAL_HOLD']],
    ['a committed purge under a hold', PURGE, { committed: true, openHolds: 1 }, ['LEGAL_HOLD']],
    [
      'a purge of what is not archived',
      PURGE,
      { lifecycleState: 'DEACTIVATED' as const },
      ['WRONG_STATE'],
    ],
    ['a purge that was rejected', PURGE, asked('rejected'), ['PURGE_NOT_APPROVED']],
    ['a purge nobody decided in time', PURGE, asked('expired'), ['PURGE_NOT_APPROVED']],
    ['a purge of another scope', PURGE, asked('outdated'), ['PURGE_NOT_APPROVED']],
    [
      'a purge that only a requester approved',
      PURGE,
      { approval: approvedBy(REQUESTER) },
      ['APPROVER_IS_REQUESTER'],
    ],
  ])('blocks %s', (_name, base, change, codes) => {
    const { decision, reasons } = builtInPolicy({ ...base, ...change });
    expect(decision).toBe('BLOCKED');
    expect(reasons.map(({ code }) => code)).toEqual(codes);
  });

  it('blocks a purge nobody asked to approve', () => {
    const { approval: _, ...facts } = PURGE;
    expect(builtInPolicy(facts)).toEqual({
      decision: 'BLOCKED',
      reasons: [{ code: 'PURGE_NOT_APPROVED', message: 'no valid approval is on record' }],
    });
  });

  it('waits while somebody is being asked', () => {
    expect(builtInPolicy({ ...PURGE, ...asked('requested') })).toMatchObject({
      decision: 'PENDING',
      reasons: [{ code: 'PURGE_NOT_APPROVED' }],
    });
  });

  it('never allows anything under a hold, whatever else is true', () => {
    const facts = fc.record({
      lifecycleState: fc.constantFrom(...LIFECYCLE_STATES),
      transition: fc.constantFrom(...PROTECTED_TRANSITIONS),
      committed: fc.boolean(),
      openHolds: fc.integer({ min: 1, max: 5 }),
      dependents: fc.nat({ max: 3 }),
      activeUsage: fc.nat({ max: 3 }),
      requesters: fc.constant([REQUESTER]),
      approval: fc.constantFrom(approvedBy(APPROVER), approvedBy(REQUESTER)),
    });
    fc.assert(
      fc.property(facts, (some) => {
        const { decision, reasons } = builtInPolicy(some);
        expect(decision).toBe('BLOCKED');
        expect(reasons[0]?.code).toBe('LEGAL_HOLD');
      }),
    );
  });
});
