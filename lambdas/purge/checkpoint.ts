import type { StageContext } from '../contract.ts';
import { purgePermission } from '../core/purge-permission.ts';
import type { LedgerReader } from '../ports.ts';
import { readLedgerState } from '../read-ledger-state.ts';
import type { Interruption } from './destroy-part.ts';
import { failure } from './purge-report.ts';

/** A page of 1,000 versions takes seconds, with all its retries; the second listing of a large plane takes longer. */
const STOP_BEFORE_MS = 60_000;

/**
 * Asks, before each page, whether to go on: the ledger decides, then the clock. The first page of an invocation is
 * always destroyed, so that however short an invocation is, the purge gets on.
 */
export function checkpoint(
  ledger: LedgerReader,
  { planeId, offboardingId, remainingMs }: StageContext,
  scopeHash: string,
) {
  let pages = 0;
  return async (): Promise<Interruption | undefined> => {
    const permission = purgePermission(await readLedgerState(ledger, planeId), offboardingId);
    if (!permission.allowed) return failure(permission.code, permission.message);
    if (permission.approval.scopeHash !== scopeHash)
      return failure('PURGE_NOT_APPROVED', 'the approval was replaced by another one');
    if (pages > 0 && remainingMs() < STOP_BEFORE_MS)
      return { status: 'pending', message: `${pages} pages were destroyed, there is more` };
    pages += 1;
    return undefined;
  };
}
