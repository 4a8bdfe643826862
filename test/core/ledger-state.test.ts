import { describe, expect, it } from 'vitest';
import { foldLedger } from '../../lambdas/core/fold-ledger.ts';
import { isSuperseded } from '../../lambdas/core/ledger-state.ts';
import {
  APPROVER,
  archiveData,
  deregistrationData,
  OFFBOARDING_ID,
  TIMES,
} from '../support/builders.ts';
import {
  approvalRequested,
  approved,
  cancelled,
  deregistered,
  gatePassed,
  halted,
  holdPlaced,
  holdReleased,
  JOURNEYS,
  ledgerOf,
  purged,
  type Step,
} from '../support/ledgers.ts';

const stateAfter = async (...steps: readonly Step[]) => foldLedger(await ledgerOf(...steps));
const COMMITTED = [...JOURNEYS.ARCHIVED, approvalRequested, approved, gatePassed('PURGED')];

describe('what the entries mean', () => {
  it('an empty ledger is a plane that is ACTIVE', () => {
    expect(foldLedger([])).toMatchObject({ lifecycleState: 'ACTIVE', seq: 0, holds: [] });
  });

  it('remembers the deregistration, the archive and the approval', async () => {
    const state = await stateAfter(...COMMITTED);
    expect(state).toMatchObject({
      lifecycleState: 'ARCHIVED',
      seq: 7,
      offboarding: { offboardingId: OFFBOARDING_ID, ...deregistrationData() },
      archive: archiveData(),
      approval: {
        status: 'approved',
        approvals: [{ actor: APPROVER, reason: 'nothing is needed any more', at: TIMES.approved }],
      },
      deactivationCommitted: true,
      purgeCommitted: true,
    });
  });

  it('is superseded when it was cancelled, or when another one is under way', async () => {
    const pending = await stateAfter(deregistered());
    expect(isSuperseded(pending, OFFBOARDING_ID)).toBe(false);
    expect(isSuperseded(pending, 'off_2')).toBe(true);
    const back = await stateAfter(deregistered(), cancelled);
    expect(isSuperseded(back, OFFBOARDING_ID)).toBe(true);
    expect(isSuperseded(back, 'off_2')).toBe(false);
    expect(isSuperseded(foldLedger([]), OFFBOARDING_ID)).toBe(false);
  });

  it('keeps a halt until something else happens', async () => {
    const stopped = halted('archive', 'INTEGRITY_MISMATCH');
    const before = await stateAfter(...JOURNEYS.DEACTIVATED, stopped);
    expect(before.halt).toEqual({
      stage: 'archive',
      code: 'INTEGRITY_MISMATCH',
      message: 'archive failed',
    });
    const [archiveStep] = JOURNEYS.ARCHIVED.slice(-1);
    const after = await stateAfter(...JOURNEYS.DEACTIVATED, stopped, archiveStep as Step);
    expect(after.halt).toBeUndefined();
  });

  it('takes no halt from an execution that was overtaken', async () => {
    const late = { ...halted('verify_deactivate', 'ACTIVE_USAGE'), offboardingId: 'off_0' };
    expect((await stateAfter(deregistered(), late)).halt).toBeUndefined();
  });

  it('asks for a new approval when the approved scope no longer fits', async () => {
    const state = await stateAfter(...COMMITTED, halted('purge', 'SCOPE_CHANGED'));
    expect(state).toMatchObject({ purgeCommitted: false, approval: { status: 'outdated' } });
    const other = await stateAfter(...COMMITTED, halted('purge', 'PURGE_INCOMPLETE'));
    expect(other).toMatchObject({ purgeCommitted: true, approval: { status: 'approved' } });
    expect((await stateAfter(...COMMITTED, purged)).lifecycleState).toBe('PURGED');
  });

  it('releases exactly the hold that is named', async () => {
    const { holds } = await stateAfter(
      holdPlaced('case-1'),
      holdPlaced('case-2'),
      holdReleased('case-1'),
    );
    expect(holds.map(({ reference }) => reference)).toEqual(['case-2']);
  });
});
