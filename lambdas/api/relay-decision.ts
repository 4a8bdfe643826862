import { isStanding } from '../core/approval-question.ts';
import { foldLedger } from '../core/fold-ledger.ts';
import type { JsonObject, LedgerEntry, LedgerEntryType } from '../core/ledger-entry.ts';
import type { LedgerReader, PendingDecisions } from '../ports.ts';
import type { TaskCallback } from './ports.ts';

/** Two invocations lie between the end of one task token and the next; 25 pauses of 0.4 s give them time to start cold. */
const ROUNDS_MAX = 25;
/** What the workflow writes after an approval, one of them at least, once it has seen it. */
const SIGNS_OF_LIFE: readonly LedgerEntryType[] = ['GATE_PASSED', 'BLOCKED', 'HALTED'];

export interface RelayPorts {
  readonly ledger: LedgerReader;
  readonly decisions: PendingDecisions;
  readonly callback: TaskCallback;
}

/**
 * Hands a decision to the workflow. While the workflow changes its task token for another, to remind people, the old one is
 * closed and the new one not yet there; and of two approvals that complete each other, one is told that somebody has used the
 * token, or finds none. Then it waits for another token, or for a sign in the ledger of what the workflow has been told.
 * @returns `closed` when the workflow waits no more: it was answered, the time is over, or its execution has ended
 */
export async function relayDecision(
  { ledger, decisions, callback }: RelayPorts,
  planeId: string,
  output: JsonObject,
): Promise<'sent' | 'closed'> {
  let closedToken: string | undefined;
  for (let round = 1; round <= ROUNDS_MAX; round += 1) {
    const taskToken = await decisions.readTaskToken(planeId);
    if (taskToken !== undefined && taskToken !== closedToken) {
      if ((await callback.sendSuccess(taskToken, output)) === 'sent') return 'sent';
      closedToken = taskToken;
    }
    const entries = await ledger.read(planeId);
    if (output.decision === 'approve' && hasGoneOn(entries)) return 'sent';
    if (!isOpen(entries)) return 'closed';
    await callback.pause();
  }
  return 'closed';
}

function isOpen(entries: readonly LedgerEntry[]): boolean {
  const { approval, purgeCommitted } = foldLedger(entries);
  return !purgeCommitted && isStanding(approval);
}

function hasGoneOn(entries: readonly LedgerEntry[]): boolean {
  if (foldLedger(entries).approval?.status !== 'approved') return false;
  const approved = entries.findLastIndex(({ type }) => type === 'APPROVED');
  return entries
    .slice(approved + 1)
    .some(({ type, actor }) => actor === 'workflow' && SIGNS_OF_LIFE.includes(type));
}
