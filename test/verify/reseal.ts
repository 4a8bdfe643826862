import { type LedgerEntry, sealEntry } from '../../lambdas/core/ledger-entry.ts';

/** A ledger with some fields of its entries changed, and every hash right again. */
export async function reseal(
  ledger: string,
  change: (entry: LedgerEntry, index: number) => Partial<LedgerEntry>,
): Promise<string> {
  const entries: LedgerEntry[] = ledger.split('\n').map((line) => JSON.parse(line));
  let prevHash = '0'.repeat(64);
  const sealed: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const { hash: _, ...changed } = { ...entry, ...change(entry, index), prevHash };
    const again = await sealEntry(changed);
    prevHash = again.hash;
    sealed.push(JSON.stringify(again));
  }
  return sealed.join('\n');
}
