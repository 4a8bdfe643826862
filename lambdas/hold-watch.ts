import type { StageContext } from './contract.ts';
import { assertNotHeld } from './core/ledger-guards.ts';
import type { LedgerReader } from './ports.ts';
import { readLedgerState } from './read-ledger-state.ts';

/** How long a hold may go unnoticed while a step takes things away: a read for each of them would double its requests. */
export const ASK_AGAIN_AFTER_MS = 5_000;

/**
 * Asked before anything is taken away; asks the ledger if its last answer is more than five seconds old.
 * @throws OffboardingError `LEGAL_HOLD`
 */
export type HoldWatch = () => Promise<void>;

/** The shell has looked at holds before the step began. This looks for one that is placed while it runs. */
export function createHoldWatch(
  ledger: LedgerReader,
  { planeId, remainingMs }: Pick<StageContext, 'planeId' | 'remainingMs'>,
): HoldWatch {
  let remainedAtAnswer = Number.POSITIVE_INFINITY;
  let asking: Promise<void> | undefined;
  const ask = async () => {
    const remaining = remainingMs();
    assertNotHeld(await readLedgerState(ledger, planeId));
    remainedAtAnswer = remaining;
  };
  return async () => {
    if (remainedAtAnswer - remainingMs() < ASK_AGAIN_AFTER_MS) return;
    // Many that work at once share one question.
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    await asking;
  };
}
