import { foldLedger } from './core/fold-ledger.ts';
import { assertChain } from './core/ledger-entry.ts';
import type { LedgerState } from './core/ledger-state.ts';
import type { LedgerReader } from './ports.ts';

/**
 * Where the plane stands, by its ledger and by nothing else.
 * @throws OffboardingError `LEDGER_CORRUPT` when the chain does not hold: nothing is decided on a forged history
 */
export async function readLedgerState(ledger: LedgerReader, planeId: string): Promise<LedgerState> {
  const entries = await ledger.read(planeId);
  await assertChain(entries);
  return foldLedger(entries);
}
