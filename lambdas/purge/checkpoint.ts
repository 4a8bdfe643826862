import type { StageContext } from '../contract.ts';
import { purgePermission } from '../core/purge-permission.ts';
import { ASK_AGAIN_AFTER_MS } from '../hold-watch.ts';
import type { LedgerReader } from '../ports.ts';
import { readLedgerState } from '../read-ledger-state.ts';
import { createOutOfTime } from './out-of-time.ts';
import { failure, type Interruption } from './problem.ts';

export interface Checkpoint {
  /** Asks the ledger whether the purge may go on. */
  permitted(): Promise<Interruption | undefined>;
  /** Before each page and each upload: asks the clock, and the ledger if its last answer is more than five seconds old. */
  mayGoOn(): Promise<Interruption | undefined>;
  outOfTime(): boolean;
}

export function createCheckpoint(
  ledger: LedgerReader,
  {
    planeId,
    offboardingId,
    remainingMs,
  }: Pick<StageContext, 'planeId' | 'offboardingId' | 'remainingMs'>,
  scopeHash: string,
): Checkpoint {
  const outOfTime = createOutOfTime(remainingMs);
  let remainedAtAnswer = Number.POSITIVE_INFINITY;
  const permitted = async () => {
    remainedAtAnswer = remainingMs();
    const permission = purgePermission(await readLedgerState(ledger, planeId), offboardingId);
    if (!permission.allowed) return failure(permission.code, permission.message);
    if (permission.approval.scopeHash !== scopeHash)
      return failure('PURGE_NOT_APPROVED', 'the approval was replaced by another one');
    return undefined;
  };
  return {
    permitted,
    outOfTime,
    async mayGoOn() {
      if (outOfTime()) return { status: 'pending', message: 'there is more to destroy' };
      const isRecent = remainedAtAnswer - remainingMs() < ASK_AGAIN_AFTER_MS;
      return isRecent ? undefined : permitted();
    },
  };
}
