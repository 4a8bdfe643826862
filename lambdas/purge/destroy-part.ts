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
  /** The last record of the last page that, with all before it, is done with. */
  readonly reached?: StoreRecord | undefined;
  /** The purge has to end here; what it did so far is in `part`. */
  readonly interruption?: Interruption;
}

interface UnderwayPage {
  readonly records: readonly StoreRecord[];
  report?: RemovalReport;
}

/**
 * Aborts the incomplete uploads of one part, lest they complete, and empties it. It throws nothing: what fails here is a problem of this part
 * and must not keep the others from being destroyed.
 * @param pages in the order of the store
 * @param run.checkpoint asked before every upload, every page, and every request that removes a part of a page
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
  const stopped: { by?: Interruption | undefined } = {};
  const mayGoOn = async () => {
    if (stopped.by) return false;
    const by = await checkpoint.mayGoOn();
    // Several may have asked at once.
    stopped.by ??= by;
    return stopped.by === undefined;
  };
  let { destroyed } = before;
  let reached: StoreRecord | undefined;
  /** In the order of the store: a page leaves when it and all before it are done with. */
  const underway: UnderwayPage[] = [];
  const removePage = async (page: UnderwayPage) => {
    try {
      const report = await store.remove(page.records, { listedJustNow: true, mayGoOn });
      destroyed = plus(destroyed, { count: report.removed, bytes: report.removedBytes });
      page.report = report;
    } catch (error) {
      failures.push(error);
    }
    while (underway[0]?.report?.left.length === 0) {
      note(problemsOf(underway[0].report));
      reached = underway.shift()?.records.at(-1);
    }
  };

  const running = new Set<Promise<void>>();
  let { uploadsUnderway } = before;
  let uploadsAborted = 0;
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
      const open: UnderwayPage = { records: page };
      underway.push(open);
      const removal = removePage(open).finally(() => running.delete(removal));
      running.add(removal);
      if (running.size >= PAGES_AT_ONCE) await Promise.race(running);
    }
    await Promise.all(running);
  } catch (error) {
    failures.push(error);
    await Promise.all(running);
  }
  // Of an interrupted part the next invocation tries these pages again.
  if (!stopped.by) for (const { report } of underway) note(report ? problemsOf(report) : []);
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
