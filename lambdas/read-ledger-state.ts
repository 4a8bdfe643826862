import { foldLedger } from './core/fold-ledger.ts';
import { assertChain, type LedgerEntry } from './core/ledger-entry.ts';
import type { LedgerState } from './core/ledger-state.ts';
import type { LedgerReader } from './ports.ts';

/**
 * Every entry of the plane, oldest first.
 * @throws OffboardingError `LEDGER_CORRUPT` when the chain does not hold: nothing is decided on a forged history
 */
export async function readChain(
  ledger: LedgerReader,
  planeId: string,
): Promise<readonly LedgerEntry[]> {
  const entries = await ledger.read(planeId);
  await assertChain(entries);
  return entries;
}

/**
 * Where the plane stands, by its ledger and by nothing else.
 * @throws OffboardingError `LEDGER_CORRUPT`
 */
export async function readLedgerState(ledger: LedgerReader, planeId: string): Promise<LedgerState> {
  return foldLedger(await readChain(ledger, planeId));
}
