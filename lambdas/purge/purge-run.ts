import type { StageContext } from '../contract.ts';
import type { LedgerEntry } from '../core/ledger-entry.ts';
import type { Approval } from '../core/ledger-state.ts';
import type { PurgeProgress } from '../core/purge-progress.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { PageSpool } from './page-spool.ts';
import type { Interruption } from './problem.ts';
import type { PurgeJournal, PurgePosition } from './purge-journal.ts';
import type { PurgeTarget } from './purge-targets.ts';

/** One invocation of a purge that is allowed, and what its three phases share. */
export interface PurgeRun {
  readonly context: StageContext;
  readonly approval: Approval;
  /** The ledger as it was when the invocation began. */
  readonly entries: readonly LedgerEntry[];
  readonly targets: readonly PurgeTarget[];
  readonly checkpoint: Checkpoint;
  readonly journal: PurgeJournal;
  readonly spool: PageSpool;
}

// Not `Omit<PurgePosition, …>`: that would lose which phase has which fields.
type Place = PurgePosition extends infer P
  ? P extends PurgePosition
    ? Omit<P, 'ledgerSeq'>
    : never
  : never;

/** Writes down where the next invocation goes on. */
export async function pause(
  { context, entries, journal }: PurgeRun,
  books: PurgeProgress | undefined,
  place: Place,
  message: string,
): Promise<Interruption> {
  const position = { ...place, ledgerSeq: entries.length };
  await journal.write(context.planeId, { books, position });
  return { status: 'pending', message };
}

/** The position, if nothing has been put on record since it was written. */
export function validPosition(
  position: PurgePosition | undefined,
  entries: readonly LedgerEntry[],
): PurgePosition | undefined {
  return position?.ledgerSeq === entries.length ? position : undefined;
}
