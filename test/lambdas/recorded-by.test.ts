import { describe, expect, it } from 'vitest';
import { LEDGER_ENTRY_TYPES } from '../../lambdas/core/ledger-entry.ts';
import type { RecordCommand } from '../../lambdas/core/ledger-rules.ts';
import { LIFECYCLE_STATES } from '../../lambdas/core/lifecycle.ts';
import { assertMayAsk, RECORDED_BY } from '../../lambdas/recorder/recorded-by.ts';
import { OFFBOARDING_ID, PLANE_ID } from '../support/builders.ts';

const RECORDER = 'arn:aws:lambda:eu-central-1:111122223333:function:Offboarding-prod-recorder-1A2B';

function command(change: Partial<RecordCommand>): RecordCommand {
  return {
    planeId: PLANE_ID,
    offboardingId: OFFBOARDING_ID,
    type: 'TRANSITION',
    actor: 'somebody',
    reason: null,
    data: {},
    idempotencyKey: 'key-1',
    ...change,
  };
}

const COMMANDS = [
  ...LIFECYCLE_STATES.map((to) => command({ to })),
  ...LEDGER_ENTRY_TYPES.filter((type) => type !== 'TRANSITION').map((type) => command({ type })),
];

/** What may be asked for by this ARN. */
function askedBy(arn: string): readonly string[] {
  return COMMANDS.filter((each) => {
    try {
      assertMayAsk(arn, each);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ name: 'INVALID_STAGE_INPUT' });
      return false;
    }
  }).map(({ type, to }) => to ?? type);
}

describe('who may ask for an entry', () => {
  it.each(Object.entries(RECORDED_BY))('%s: its own, and no others', (caller, kinds) => {
    expect(askedBy(`${RECORDER}:${caller}`).toSorted()).toEqual([...kinds].sort());
  });

  it('every entry is asked for by somebody', () => {
    const kinds = COMMANDS.map(({ type, to }) => to ?? type);
    expect(new Set(Object.values(RECORDED_BY).flat())).toEqual(new Set(kinds));
  });

  it.each([
    ['', 'without an alias'],
    [':$LATEST', 'by the code itself'],
    [':1', 'by a version'],
    [':toString', 'by a name that every object has'],
    [':workflow:api-usage', 'by two'],
  ])('nobody may ask for anything as recorder%s: %s', (qualifier) => {
    expect(askedBy(`${RECORDER}${qualifier}`)).toEqual([]);
  });

  it('who may not is told so', () => {
    expect(() => assertMayAsk(`${RECORDER}:api-usage`, command({ to: 'PURGED' }))).toThrow(
      'api-usage may not ask for PURGED',
    );
    expect(() => assertMayAsk(RECORDER, command({ type: 'BLOCKED' }))).toThrow(
      'whoever invokes the recorder itself may not ask for BLOCKED',
    );
  });
});
