import type { LedgerState } from './ledger-state.ts';

/** What of a ledger tells who asked; nothing of it where the plane is ACTIVE. */
export interface AskedFor {
  readonly offboarding?: LedgerState['offboarding'] | undefined;
  readonly restarts?: LedgerState['restarts'];
}

/**
 * Everybody who asked for the current offboarding, each once, in the order of their names: none of them may approve its purge.
 * @param asking whoever else is known to have asked
 */
export function requestersOf(
  { offboarding, restarts = [] }: AskedFor,
  ...asking: readonly string[]
): readonly string[] {
  const { requestedBy, forceRequestedBy } = offboarding?.request ?? {};
  const all = [requestedBy, forceRequestedBy, ...restarts.map(({ by }) => by), ...asking];
  return [...new Set(all.filter((one) => one !== undefined))].sort();
}
