import { describe, expect, it, test } from 'vitest';
import { type AskedBy, assertMayAsk } from '../../lambdas/caller-alias.ts';
import { LEDGER_ENTRY_TYPES } from '../../lambdas/core/ledger-entry.ts';
import { LIFECYCLE_STATES, PROTECTED_TRANSITIONS } from '../../lambdas/core/lifecycle.ts';
import { askedKind, GATE_ASKED_BY } from '../../lambdas/policy-gate/asked-by.ts';
import { RECORDED_BY, recordedKind } from '../../lambdas/recorder/recorded-by.ts';
import { OFFBOARDING_ID, offboardingRequest, PLANE_ID, REQUESTER } from '../support/builders.ts';
import { cancelled, commandOf } from '../support/ledgers.ts';

const FUNCTION = 'arn:aws:lambda:eu-central-1:111122223333:function:Offboarding-prod-asked-1A2B';
const QUESTIONS = [
  'start',
  'force',
  'cancel',
  'approve',
  'reject',
  'removeDependent',
  'removeLease',
  'hold',
  'release',
];

describe.each<[string, AskedBy, readonly string[]]>([
  [
    'recorder',
    RECORDED_BY,
    [...LIFECYCLE_STATES, ...LEDGER_ENTRY_TYPES.filter((type) => type !== 'TRANSITION')],
  ],
  ['policy gate', GATE_ASKED_BY, [...PROTECTED_TRANSITIONS, ...QUESTIONS]],
])('what the %s may be asked for', (asked, askedBy, kinds) => {
  /** What is allowed to whoever invokes it by this ARN. */
  function allowedBy(arn: string): readonly string[] {
    return kinds.filter((kind) => {
      try {
        assertMayAsk(askedBy, asked, arn, kind);
        return true;
      } catch (error) {
        expect(error).toMatchObject({ name: 'INVALID_STAGE_INPUT' });
        return false;
      }
    });
  }

  it.each(Object.entries(askedBy))('%s: its own, and nothing else', (caller, own) => {
    expect(allowedBy(`${FUNCTION}:${caller}`).toSorted()).toEqual([...own].sort());
  });

  it('is each asked for by somebody', () => {
    expect(new Set(Object.values(askedBy).flat())).toEqual(new Set(kinds));
  });

  it.each([
    ['', 'without an alias'],
    [':$LATEST', 'by the code itself'],
    [':1', 'by a version'],
    [':toString', 'by a name that every object has'],
    [':workflow:api-usage', 'by two'],
  ])('nobody may ask for anything as function%s: %s', (qualifier) => {
    expect(allowedBy(`${FUNCTION}${qualifier}`)).toEqual([]);
  });
});

test('a transition goes by the state it leads to, everything else by its name', () => {
  expect(recordedKind(commandOf(cancelled))).toBe('ACTIVE');
  expect(recordedKind(commandOf({ type: 'BLOCKED' }))).toBe('BLOCKED');
  const asked = { planeId: PLANE_ID, caller: { identity: REQUESTER } };
  expect(askedKind({ ...asked, action: 'hold' })).toBe('hold');
  const made = { offboardingId: OFFBOARDING_ID, request: offboardingRequest() };
  expect(askedKind({ ...asked, ...made, transition: 'PURGED', idempotencyKey: 'key' })).toBe(
    'PURGED',
  );
});

test('who may not is told so', () => {
  expect(() => assertMayAsk(RECORDED_BY, 'recorder', `${FUNCTION}:api-usage`, 'PURGED')).toThrow(
    'api-usage may not ask for PURGED',
  );
  expect(() => assertMayAsk(RECORDED_BY, 'recorder', FUNCTION, 'BLOCKED')).toThrow(
    'whoever invokes the recorder itself may not ask for BLOCKED',
  );
});
