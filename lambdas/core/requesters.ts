import type { LedgerState } from './ledger-state.ts';

/** What of a ledger tells who asked; nothing of it where the plane is ACTIVE. */
export interface AskedFor {
  readonly offboarding?: LedgerState['offboarding'] | undefined;
  readonly restarts?: LedgerState['restarts'];
  readonly removers?: LedgerState['removers'];
}

/**
 * Everybody who asked for the current offboarding or took out of its way what somebody else had put there, each once, in the order of
 * their names: none of them may approve its purge.
 * @param asking whoever else is known to have asked
 */
export function requestersOf(
  { offboarding, restarts = [], removers = [] }: AskedFor,
  ...asking: readonly string[]
): readonly string[] {
  const { requestedBy, forceRequestedBy } = offboarding?.request ?? {};
  const again = restarts.map(({ by }) => by);
  const all = [requestedBy, forceRequestedBy, ...again, ...removers, ...asking];
  return [...new Set(all.filter((one) => one !== undefined))].sort();
}
