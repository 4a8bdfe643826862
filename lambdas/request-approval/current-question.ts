import { isStanding, questionIn } from '../core/approval-question.ts';
import { OffboardingError } from '../core/errors.ts';
import { foldLedger } from '../core/fold-ledger.ts';
import type { LedgerEntry } from '../core/ledger-entry.ts';
import { assertNotSuperseded } from '../core/ledger-guards.ts';
import type { Approval } from '../core/ledger-state.ts';

export interface CurrentQuestion {
  readonly question: LedgerEntry;
  readonly approval: Approval;
}

/**
 * The question about the purge of this offboarding that the ledger holds, answered or not.
 * @throws OffboardingError `OFFBOARDING_SUPERSEDED`; `WRONG_STATE` when there is none, or it has been closed
 */
export function currentQuestion(
  entries: readonly LedgerEntry[],
  offboardingId: string,
): CurrentQuestion {
  const state = foldLedger(entries);
  assertNotSuperseded(state, offboardingId);
  const question = questionIn(entries);
  const { approval } = state;
  if (!question || !isStanding(approval))
    throw new OffboardingError('WRONG_STATE', 'no approval of a purge is being asked for');
  return { question, approval };
}
