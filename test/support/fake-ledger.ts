import type { LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import type { LedgerReader } from '../../lambdas/ports.ts';
import type { LedgerAppender } from '../../lambdas/recorder/recorder.ts';

export interface FakeLedger extends LedgerReader, LedgerAppender {
  readonly entries: LedgerEntry[];
}

/** A ledger in memory, with the one condition the table has: a `seq` is written once. */
export function fakeLedger(entries: readonly LedgerEntry[] = []): FakeLedger {
  const written = [...entries];
  return {
    entries: written,
    read: async (planeId) => written.filter((entry) => entry.planeId === planeId),
    async append(entry) {
      const taken = written.some(
        ({ planeId, seq }) => planeId === entry.planeId && seq === entry.seq,
      );
      if (taken) return 'seq-taken';
      written.push(entry);
      return 'appended';
    },
  };
}
