import type { PurgeProgress } from '../core/purge-progress.ts';
import type { Tally } from '../core/tally.ts';
import type { StoreRecord } from '../stores/store.ts';
import type { ProblemCounts } from './problem.ts';

/**
 * Where a purge stopped because its invocation was ending. It may name a document, so it is kept in the journal only.
 * It counts only while the ledger is as long as it was: a hold, a halt or a new approval means to list everything again.
 */
export type PurgePosition = { readonly ledgerSeq: number } & (
  | { readonly phase: 'measuring'; readonly tally: Tally }
  | {
      readonly phase: 'destroying';
      readonly part: number;
      /** The last record that is done with; absent at the beginning of the part. */
      readonly after?: StoreRecord | undefined;
      readonly problems: ProblemCounts;
    }
  | { readonly phase: 'verifying'; readonly tally: Tally; readonly problems: ProblemCounts }
);

export interface PurgeState {
  /** Absent until the first purge of the plane has begun to destroy. */
  readonly books?: PurgeProgress | undefined;
  /** Absent unless the last invocation ended in the middle, in good order. */
  readonly position?: PurgePosition | undefined;
}

/** Where a purge keeps its books: on the plane's registry record, which outlives the data until PURGED is recorded. */
export interface PurgeJournal {
  /** Strongly consistent. */
  read(planeId: string): Promise<PurgeState>;
  /** Replaces books and position in one write. Without a position there is none; books are never taken back. */
  write(planeId: string, state: PurgeState): Promise<void>;
  /** Overwrites what the registry record tells of people. Stores and access points stay until the tombstone. */
  scrub(planeId: string): Promise<void>;
}
