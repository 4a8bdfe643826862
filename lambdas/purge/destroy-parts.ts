import {
  type PartProgress,
  type PurgeProgress,
  settleUploads,
  withPart,
} from '../core/purge-progress.ts';
import type { StoreRecord } from '../stores/store.ts';
import { countUploads } from './count-uploads.ts';
import { destroyPart } from './destroy-part.ts';
import { pagesToDestroy } from './pages-to-destroy.ts';
import { addProblems, type Interruption, type Problems } from './problem.ts';
import { type PurgeRun, pause } from './purge-run.ts';
import type { PurgeTarget } from './purge-targets.ts';

export interface DestructionStart {
  readonly part: number;
  readonly after?: StoreRecord | undefined;
  readonly problems: Problems;
}

/** What a destruction has come to: the books, not yet settled, and what went wrong. */
export interface Destruction {
  readonly books: PurgeProgress;
  readonly problems: Problems;
}

/** Second phase: destroys part after part. The ledger is asked before each of them, and the books are written. */
export async function destroyParts(
  run: PurgeRun,
  opened: PurgeProgress,
  start: DestructionStart,
): Promise<Destruction | Interruption> {
  const { context, targets, journal, checkpoint, spool } = run;
  let books = opened;
  let { problems } = start;
  for (const [index, target] of targets.entries()) {
    if (index < start.part) continue;
    const after = index === start.part ? start.after : undefined;
    const refusal = await checkpoint.permitted();
    if (refusal) {
      await journal.write(context.planeId, { books });
      return refusal;
    }
    const uploads = await countUploads(target);
    if (typeof uploads === 'number') books = settleUploads(books, partOf(books, target), uploads);
    else problems = addProblems(problems, [uploads]);
    const part = partOf(books, target);
    // Written before the first delete: after a crash, what is missing was taken by requests of ours.
    await journal.write(context.planeId, { books: withPart(books, { ...part, underway: true }) });
    const pages = pagesToDestroy(spool, index, target, after);
    const outcome = await destroyPart(target, part, pages, { checkpoint, problems });
    const uploadsAborted = books.uploadsAborted + outcome.uploadsAborted;
    books = withPart({ ...books, uploadsAborted }, outcome.part);
    problems = outcome.problems;
    if (outcome.interruption?.status === 'pending')
      return pause(
        run,
        books,
        {
          phase: 'destroying',
          part: index,
          after: outcome.reached ?? after,
          problems: problems.counts,
        },
        `${destroyedCount(books)} records are destroyed, there is more`,
      );
    if (outcome.interruption) {
      await journal.write(context.planeId, { books });
      return outcome.interruption;
    }
  }
  await journal.write(context.planeId, { books });
  return { books, problems };
}

export function destroyedCount(books: PurgeProgress): number {
  return books.parts.reduce((sum, { destroyed }) => sum + destroyed.count, 0);
}

function partOf(books: PurgeProgress, { kind, ref }: PurgeTarget): PartProgress {
  const part = books.parts.find((known) => known.kind === kind && known.ref === ref);
  if (!part) throw new Error(`the approved scope has no part ${kind} ${ref}`);
  return part;
}
