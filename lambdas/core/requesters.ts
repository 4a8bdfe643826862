import type { LedgerState } from './ledger-state.ts';

/**
 * Everybody who asked for the current offboarding, each once, in the order of their names: none of them may approve its purge.
 * @param asking whoever started the execution that asks, maybe long after the first
 */
export function requestersOf(
  offboarding: LedgerState['offboarding'] | undefined,
  ...asking: readonly string[]
): readonly string[] {
  const { requestedBy, forceRequestedBy } = offboarding?.request ?? {};
  const all = [requestedBy, forceRequestedBy, ...asking];
  return [...new Set(all.filter((one) => one !== undefined))].sort();
}
