import type { LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import { TIMES } from './builders.ts';

/** A restart comes on another day, and at another hour. */
export const RESTART_DELAY_MS = 25 * 3_600_000;

/**
 * Entries as if whatever a late restart has recorded had been recorded in time, without the hashes, in which the times are.
 * A time that is neither stays what it is.
 */
export function withoutDelay(entries: readonly LedgerEntry[]) {
  let text = JSON.stringify(entries.map(({ hash: _, prevHash: __, ...entry }) => entry));
  for (const time of [TIMES.archived, TIMES.retentionUntil, TIMES.purged])
    text = text.replaceAll(delayed(time), time);
  return JSON.parse(text);
}

function delayed(time: string): string {
  return new Date(Date.parse(time) + RESTART_DELAY_MS).toISOString();
}
