import type { StageResult } from '../contract.ts';
import type { PurgeData } from '../core/purge-progress.ts';
import type { ScopePart } from '../core/scope.ts';
import type { StoreRecord } from '../stores/store.ts';

/** Something that went wrong with one part. It may name a record, so it is for the log only. */
export interface Problem {
  readonly kind: ScopePart['kind'] | 'pending-decision' | 'purge-schedule' | 'claims' | 'registry';
  readonly ref?: string;
  readonly code: string;
  readonly record?: StoreRecord;
}

/** How many problems there were under each code. */
export type ProblemCounts = Readonly<Record<string, number>>;

/** A part may hold millions of records that cannot be destroyed: all are counted, and the first ones are kept. */
export interface Problems {
  readonly counts: ProblemCounts;
  readonly first: readonly Problem[];
}

export const NO_PROBLEMS: Problems = { counts: {}, first: [] };

const PROBLEMS_KEPT = 100;

export function addProblems({ counts, first }: Problems, more: readonly Problem[]): Problems {
  const sum: Record<string, number> = { ...counts };
  for (const { code } of more) sum[code] = (sum[code] ?? 0) + 1;
  return { counts: sum, first: [...first, ...more.slice(0, PROBLEMS_KEPT - first.length)] };
}

export function countProblems({ counts }: Problems): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** A result that ends an invocation before the purge is done. */
export type Interruption = Extract<
  StageResult<PurgeData>,
  { readonly status: 'pending' | 'failure' }
>;

export function failure(
  errorCode: Extract<Interruption, { status: 'failure' }>['errorCode'],
  message: string,
  errorDetails: Readonly<Record<string, unknown>> = {},
): Interruption {
  return { status: 'failure', message, errorCode, errorDetails };
}

export function codeOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Unknown';
}
