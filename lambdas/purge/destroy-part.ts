import type { StageResult } from '../contract.ts';
import { outstanding, type PartProgress, type PurgeData, plus } from '../core/purge-progress.ts';
import type { ScopePart } from '../core/scope.ts';
import type { RemovalReport, StoreRecord } from '../stores/store.ts';
import type { PurgeTarget } from './measure-scope.ts';

/** Something that went wrong with one part. It may name a record, so it is for the log only. */
export interface Problem {
  readonly kind: ScopePart['kind'] | 'pending-decision' | 'purge-schedule' | 'claims' | 'registry';
  readonly ref?: string;
  readonly code: string;
  readonly record?: StoreRecord;
}

export type Interruption = Extract<
  StageResult<PurgeData>,
  { readonly status: 'pending' | 'failure' }
>;

export interface PartOutcome {
  readonly part: PartProgress;
  readonly uploadsAborted: number;
  readonly problems: readonly Problem[];
  /** The purge has to end here; what it did so far is in `part`. */
  readonly interruption?: Interruption;
}

/**
 * Empties one part page by page, and then aborts its incomplete uploads. It throws nothing: what fails here is a
 * problem of this part and must not keep the others from being destroyed.
 * @param interrupted asked before every page
 */
export async function destroyPart(
  { kind, ref, store }: PurgeTarget,
  before: PartProgress,
  interrupted: () => Promise<Interruption | undefined>,
): Promise<PartOutcome> {
  const problems: Problem[] = [];
  const most = outstanding(before).count;
  let { destroyed } = before;
  let seen = 0;
  try {
    for await (const page of store.inventory()) {
      const interruption = await interrupted();
      if (interruption)
        return {
          part: { ...before, destroyed },
          uploadsAborted: 0,
          problems,
          interruption,
        };
      seen += page.length;
      if (seen > most) {
        // Somebody writes here while we destroy. Nobody has approved to destroy that.
        problems.push({ kind, ref, code: 'SCOPE_CHANGED' });
        break;
      }
      const report = await store.remove(page, 'listed-just-now');
      destroyed = plus(destroyed, { count: report.removed, bytes: report.removedBytes });
      problems.push(...problemsOf(report).map((problem) => ({ kind, ref, ...problem })));
    }
    const uploadsAborted = await store.abortUploads();
    return { part: { ...before, destroyed }, uploadsAborted, problems };
  } catch (error) {
    problems.push({ kind, ref, code: codeOf(error) });
    // Still under way: requests were sent whose answers are unknown. The next listing settles them.
    return { part: { ...before, destroyed, underway: true }, uploadsAborted: 0, problems };
  }
}

function problemsOf({ changed, failed }: RemovalReport) {
  return [
    ...changed.map((record) => ({ code: 'SOURCE_CHANGED', record })),
    ...failed.map(({ record, code }) => ({ code, record })),
  ];
}

export function codeOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Unknown';
}
