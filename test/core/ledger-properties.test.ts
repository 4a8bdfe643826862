import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOffboardingError } from '../../lambdas/core/errors.ts';
import { foldLedger } from '../../lambdas/core/fold-ledger.ts';
import type { LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import { assertMayRecord } from '../../lambdas/core/ledger-rules.ts';
import { isSuperseded } from '../../lambdas/core/ledger-state.ts';
import { LIFECYCLE_STATES } from '../../lambdas/core/lifecycle.ts';
import { OFFBOARDING_ID, REQUESTER, TIMES } from '../support/builders.ts';
import {
  approvalExpired,
  approvalRequested,
  approved,
  archived,
  cancelled,
  certified,
  commandOf,
  deactivated,
  deregistered,
  gatePassed,
  halted,
  holdPlaced,
  holdReleased,
  purged,
  rejected,
  restarted,
  type Step,
} from '../support/ledgers.ts';

const OPERATOR = 'arn:aws:iam::111122223333:user/operator-2';
const LEGAL = new Set([
  'ACTIVE>PENDING_DEACTIVATE',
  'PENDING_DEACTIVATE>ACTIVE',
  'PENDING_DEACTIVATE>DEACTIVATED',
  'DEACTIVATED>ARCHIVED',
  'ARCHIVED>PURGED',
]);

// A careful caller's own order: without it, sequences picked at random would rarely get past the first state.
const FORWARD = [
  deregistered(),
  gatePassed('DEACTIVATED'),
  deactivated,
  archived,
  approvalRequested,
  approved,
  gatePassed('PURGED'),
  purged,
];
const INTERFERENCE: readonly Step[] = [
  ...FORWARD,
  cancelled,
  rejected,
  approvalExpired,
  certified,
  holdPlaced(),
  holdReleased(),
  halted('purge', 'SCOPE_CHANGED'),
  halted('archive', 'ARCHIVE_FAILED'),
  { ...approved, actor: REQUESTER },
  { ...approved, actor: OPERATOR },
  restarted(OPERATOR),
  { ...approved, data: { scopeHash: 'd'.repeat(64) } },
];
const SOME_TIMES = [TIMES.requested, '2026-11-23T10:00:00.000Z', TIMES.graceEnd, TIMES.purged];

const anyStep = fc.record({
  step: fc.constantFrom(...INTERFERENCE),
  at: fc.constantFrom(...SOME_TIMES),
  offboardingId: fc.constantFrom(OFFBOARDING_ID, OFFBOARDING_ID, 'off_2'),
});
const sequence = fc.array(
  fc.oneof({ weight: 2, arbitrary: fc.constant('forward') }, { weight: 1, arbitrary: anyStep }),
  {
    maxLength: 60,
  },
);
type Sequence = readonly ('forward' | { step: Step; at: string; offboardingId: string })[];

/** Plays a sequence against the rules; what they refuse is not written. */
function play(steps: Sequence): readonly LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  let next = 0;
  for (const item of steps) {
    const { at, ...step } =
      item === 'forward'
        ? (FORWARD[next % FORWARD.length] as Step)
        : { offboardingId: item.offboardingId, ...item.step, at: item.at };
    const written = record(entries, step, at);
    if (item === 'forward' && written) next += 1;
  }
  return entries;
}

function record(entries: LedgerEntry[], step: Omit<Step, 'at'>, at: string): boolean {
  const state = foldLedger(entries);
  const command = commandOf(step, '');
  try {
    assertMayRecord(state, command, at);
  } catch (error) {
    if (!isOffboardingError(error)) throw error;
    return false;
  }
  const { to = state.lifecycleState, ...rest } = command;
  const seq = state.seq + 1;
  entries.push({ ...rest, seq, from: state.lifecycleState, to, at, prevHash: '', hash: `${seq}` });
  return true;
}

function always(check: (before: readonly LedgerEntry[], entry: LedgerEntry) => void): void {
  fc.assert(
    fc.property(sequence, (steps) => {
      const entries = play(steps);
      for (const [index, entry] of entries.entries()) check(entries.slice(0, index), entry);
    }),
    { numRuns: 500 },
  );
}

const isPassage = (entry: LedgerEntry, transition: string) =>
  entry.type === 'GATE_PASSED' && entry.data.transition === transition;

describe('whatever is asked of the recorder, in whatever order', () => {
  it('every state is reached now and then, so that the rest of this file says something', () => {
    const reached = new Set(
      fc.sample(sequence, { numRuns: 500, seed: 1 }).map((steps) => play(steps).at(-1)?.to),
    );
    for (const state of LIFECYCLE_STATES) expect(reached).toContain(state);
  });

  it('only legal transitions are written, and nothing else moves the state', () => {
    always((before, { from, to, type }) => {
      expect(from).toBe(before.at(-1)?.to ?? 'ACTIVE');
      if (type === 'TRANSITION') expect(LEGAL).toContain(`${from}>${to}`);
      else expect(to).toBe(from);
    });
  });

  it('the gate stands before DEACTIVATED, and after it nobody cancels', () => {
    always((before, entry) => {
      if (entry.type !== 'TRANSITION' || entry.from !== 'PENDING_DEACTIVATE') return;
      const begun = before.findLastIndex(
        ({ to, type }) => type === 'TRANSITION' && to === 'PENDING_DEACTIVATE',
      );
      const passed = before.slice(begun).some((earlier) => isPassage(earlier, 'DEACTIVATED'));
      expect(passed).toBe(entry.to === 'DEACTIVATED');
    });
  });

  it('a cancel lies within the grace period, the gate to DEACTIVATED never', () => {
    always((_before, entry) => {
      if (entry.type === 'TRANSITION' && entry.to === 'ACTIVE')
        expect(entry.at < TIMES.graceEnd).toBe(true);
      if (isPassage(entry, 'DEACTIVATED')) expect(entry.at >= TIMES.graceEnd).toBe(true);
    });
  });

  it('PURGED follows the gate, the gate an approval by another than the requester, since the last question', () => {
    always((before, entry) => {
      if (entry.to !== 'PURGED' || entry.type !== 'TRANSITION') return;
      const asked = before.findLastIndex(({ type }) => type === 'APPROVAL_REQUESTED');
      const passed = before.findLastIndex((earlier) => isPassage(earlier, 'PURGED'));
      const approvals = before.slice(asked, passed).filter(({ type }) => type === 'APPROVED');
      expect(asked).toBeGreaterThan(0);
      expect(passed).toBeGreaterThan(asked);
      expect(approvals.length).toBeGreaterThan(0);
      for (const { actor } of approvals) expect(actor).not.toBe(REQUESTER);
    });
  });

  it('nobody approves what they have started again', () => {
    always((before, { type, actor, offboardingId }) => {
      if (type !== 'APPROVED') return;
      const again = before.filter((entry) => entry.type === 'RESTARTED');
      expect(
        again.some((entry) => entry.actor === actor && entry.offboardingId === offboardingId),
      ).toBe(false);
    });
  });

  it('the gate never passes under a hold', () => {
    always((before, { type }) => {
      if (type === 'GATE_PASSED') expect(foldLedger(before).holds).toEqual([]);
    });
  });

  it('an offboarding that was cancelled never comes back', () => {
    always((before, { type, to, offboardingId }) => {
      if (type === 'TRANSITION' && to === 'PENDING_DEACTIVATE')
        expect(isSuperseded(foldLedger(before), String(offboardingId))).toBe(false);
    });
  });
});
