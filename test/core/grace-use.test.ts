import { describe, expect, it } from 'vitest';
import { foldLedger } from '../../lambdas/core/fold-ledger.ts';
import { extendedGracePeriodEnd, usesToAnswer } from '../../lambdas/core/grace-use.ts';
import { APPROVER, deregistrationData, offboardingRequest } from '../support/builders.ts';
import {
  deregistered,
  halted,
  ledgerOf,
  restarted,
  type Step,
  useNoticed,
} from '../support/ledgers.ts';

const extended = (usedAt: string, changes = {}) =>
  extendedGracePeriodEnd(deregistrationData(changes), new Date(usedAt));

describe('the end of a grace period after a use', () => {
  it.each([
    // The day of the use is over at midnight, whenever on it the use was.
    ['2026-11-22T10:00:00.000Z', '2026-11-30T00:00:00.000Z'],
    ['2026-11-22T23:59:59.999Z', '2026-11-30T00:00:00.000Z'],
    ['2026-11-23T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
    ['2026-11-29T09:59:59.999Z', '2026-12-07T00:00:00.000Z'],
  ])('used at %s', (usedAt, end) => {
    expect(extended(usedAt)).toBe(end);
  });

  it('is never earlier than it was', () => {
    expect(
      extended('2026-11-22T10:00:00.000Z', { gracePeriodEnd: '2026-11-30T00:00:00.000Z' }),
    ).toBeUndefined();
  });

  it('is at most 180 days after the deregistration', () => {
    const gracePeriodEnd = '2027-05-15T00:00:00.000Z';
    expect(extended('2027-05-14T10:00:00.000Z', { gracePeriodEnd })).toBe(
      '2027-05-21T10:00:00.000Z',
    );
    expect(
      extended('2027-05-20T10:00:00.000Z', { gracePeriodEnd: '2027-05-21T10:00:00.000Z' }),
    ).toBeUndefined();
  });

  it('stays where there is no grace period', () => {
    const request = offboardingRequest({ force: true, forceReason: 'a leak' });
    expect(extended('2026-11-22T10:00:00.000Z', { request })).toBeUndefined();
    expect(extended('2026-11-22T10:00:00.000Z', { gracePeriodDays: 0 })).toBeUndefined();
  });
});

describe('uses that somebody has to answer for', () => {
  const count = async (policy: 'record' | 'extend' | 'halt', ...steps: readonly Step[]) =>
    usesToAnswer(foldLedger(await ledgerOf(deregistered(), ...steps)), policy).length;
  const EARLY = useNoticed('2026-11-23T10:00:00.000Z');
  /** A week from its day's end on would be more than 180 days after the deregistration. */
  const LATE = useNoticed('2027-05-14T10:00:00.000Z');

  const IN_USE = halted('verify_deactivate', 'PLANE_IN_USE');
  const AGAIN = restarted(APPROVER);

  it('are none where they are only recorded', async () => {
    expect(await count('record', EARLY, LATE)).toBe(0);
  });

  it('are all that nobody has started again for, where they halt', async () => {
    expect(await count('halt', EARLY, LATE)).toBe(2);
    expect(await count('halt', EARLY, IN_USE, LATE)).toBe(2);
    expect(await count('halt', EARLY, IN_USE, LATE, AGAIN)).toBe(1);
    expect(await count('halt', EARLY, AGAIN)).toBe(1);
  });

  it('are those for which there was no more time, where they extend', async () => {
    expect(await count('extend', EARLY, LATE)).toBe(1);
    expect(await count('extend', LATE, IN_USE, AGAIN)).toBe(0);
  });

  it('are none of a forced offboarding', async () => {
    const request = offboardingRequest({ force: true, forceReason: 'a leak' });
    const entries = await ledgerOf(deregistered({ request }), EARLY);
    expect(usesToAnswer(foldLedger(entries), 'halt')).toEqual([]);
  });
});
