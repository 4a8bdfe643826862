import type { LedgerState } from './ledger-state.ts';

/** Whom the current offboarding may cut off, by whoever has started it, and started it again. Ids, sorted. */
export function acknowledgedDependents({
  offboarding,
  restarts,
}: Pick<LedgerState, 'offboarding' | 'restarts'>): readonly string[] {
  const all = [offboarding?.request, ...restarts].flatMap(
    (asked) => asked?.acknowledgedDependents ?? [],
  );
  return [...new Set(all)].sort();
}
