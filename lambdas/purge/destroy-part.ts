import { outstanding, type PartProgress, plus } from '../core/purge-progress.ts';
import type { RemovalReport, StoreRecord } from '../stores/store.ts';
import type { Checkpoint } from './checkpoint.ts';
import { addProblems, codeOf, type Interruption, type Problem, type Problems } from './problem.ts';
import { isPlaceAbsent, type PurgeTarget } from './purge-targets.ts';

/**
 * S3 deletes some 3,500 versions a second under one prefix, a request of 1,000 takes about a second; more at once would
 * only be throttled. It also keeps the single deletes of a page (16 at once) below the SDK's 50 sockets.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
 */
const PAGES_AT_ONCE = 3;

export interface PartOutcome {
  readonly part: PartProgress;
  readonly uploadsAborted: number;
  readonly problems: Problems;
  /** The last record of the last page that is done with. */
  readonly reached?: StoreRecord | undefined;
  /** The purge has to end here; what it did so far is in `part`. */
  readonly interruption?: Interruption;
}

/**
 * Aborts the incomplete uploads of one part, lest they complete, and empties it. It throws nothing: what fails here is a problem of this part
 * and must not keep the others from being destroyed.
 * @param pages in the order of the store
 * @param run.checkpoint asked before every upload and every page
 * @param run.problems of the parts before this one; those of this part are added
 */
export async function destroyPart(
  target: PurgeTarget,
  before: PartProgress,
  pages: AsyncIterable<readonly StoreRecord[]>,
  {
    checkpoint,
    problems: earlier,
  }: { readonly checkpoint: Pick<Checkpoint, 'mayGoOn'>; readonly problems: Problems },
): Promise<PartOutcome> {
  const { kind, ref, store } = target;
  let problems = earlier;
  const note = (more: readonly Omit<Problem, 'kind' | 'ref'>[]) => {
    problems = addProblems(
      problems,
      more.map((problem) => ({ kind, ref, ...problem })),
    );
  };
  const failures: unknown[] = [];
  let { destroyed } = before;
  const removePage = async (page: readonly StoreRecord[]) => {
    try {
      const report = await store.remove(page, 'listed-just-now');
      destroyed = plus(destroyed, { count: report.removed, bytes: report.removedBytes });
      note(problemsOf(report));
    } catch (error) {
      failures.push(error);
    }
  };

  const running = new Set<Promise<void>>();
  let { uploadsUnderway } = before;
  let uploadsAborted = 0;
  let reached: StoreRecord | undefined;
  const stopped: { by?: Interruption | undefined } = {};
  const mayGoOn = async () => {
    stopped.by = await checkpoint.mayGoOn();
    return stopped.by === undefined;
  };
  try {
    if (uploadsUnderway > 0) {
      uploadsAborted = await store.abortUploads(mayGoOn);
      // Each request was answered; of a stopped run the next one counts again what is left.
      uploadsUnderway = 0;
    }
    const most = outstanding(before).count;
    let seen = 0;
    for await (const page of stopped.by ? [] : pages) {
      if (!(await mayGoOn()) || failures.length > 0) break;
      seen += page.length;
      if (seen > most) {
        // Somebody writes here while we destroy. Nobody has approved to destroy that.
        note([{ code: 'SCOPE_CHANGED' }]);
        break;
      }
      const removal = removePage(page).finally(() => running.delete(removal));
      running.add(removal);
      if (running.size >= PAGES_AT_ONCE) await Promise.race(running);
      reached = page.at(-1);
    }
    await Promise.all(running);
  } catch (error) {
    failures.push(error);
    await Promise.all(running);
  }
  // Requests were sent whose answers are unknown: the next listing settles them. One that found no bucket did nothing.
  const unanswered = failures.filter((error) => !isPlaceAbsent(target, error));
  note(unanswered.map((error) => ({ code: codeOf(error) })));
  return {
    part: {
      ...before,
      destroyed,
      underway: before.underway || unanswered.length > 0,
      uploadsUnderway,
    },
    uploadsAborted,
    problems,
    reached,
    ...(stopped.by && { interruption: stopped.by }),
  };
}

function problemsOf({ changed, failed }: RemovalReport) {
  return [
    ...changed.map((record) => ({ code: 'SOURCE_CHANGED', record })),
    ...failed.map(({ record, code }) => ({ code, record })),
  ];
}
