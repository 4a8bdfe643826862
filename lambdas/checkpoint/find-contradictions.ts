import type { Contradiction, LedgerHead } from '../core/checkpoint.ts';
import { inParallel } from '../stores/in-parallel.ts';
import type { LedgerHeads } from './ports.ts';

const ENTRIES_AT_ONCE = 16;

/** Ledgers that no longer hold what a checkpoint has seen. Only those that have grown take a request each. */
export async function findContradictions(
  heads: LedgerHeads,
  before: readonly LedgerHead[],
  now: readonly LedgerHead[],
): Promise<readonly Contradiction[]> {
  const current = new Map(now.map((head) => [head.planeId, head]));
  const changed = before.filter(
    ({ planeId, length, headHash }) => length > 0 && current.get(planeId)?.headHash !== headHash,
  );
  const found = await inParallel(changed, ENTRIES_AT_ONCE, async (expected) => {
    const { planeId, length, headHash } = expected;
    const hash = (await heads.hashAt(planeId, length)) ?? null;
    if (hash === headHash) return [];
    const foundLength = current.get(planeId)?.length ?? 0;
    return [{ planeId, expected: { length, headHash }, found: { length: foundLength, hash } }];
  });
  return found.flat();
}
