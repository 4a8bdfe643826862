/** How far one plane's ledger goes, and how it ends. */
export interface LedgerHead {
  readonly planeId: string;
  /** 0 for a plane that never left ACTIVE; its head is then 64 zeros. */
  readonly length: number;
  readonly headHash: string;
}

/** A ledger that is not what an earlier checkpoint has seen: shorter, or with another entry in the place of its head. */
export interface Contradiction {
  readonly planeId: string;
  readonly expected: { readonly length: number; readonly headHash: string };
  /** What stands at `expected.length` now; null when nothing does. */
  readonly found: { readonly length: number; readonly hash: string | null };
}

/**
 * What all ledgers were at one time. Each statement names the one before, and cannot be replaced: whoever rewrites a ledger would
 * have to rewrite every checkpoint since.
 */
export interface CheckpointStatement {
  readonly type: 'ledger-checkpoint';
  /** 1, 2, 3 … without gaps. */
  readonly number: number;
  /** SHA-256 of the JWS before this one, in lower-case hex; null for the first. */
  readonly previous: string | null;
  readonly at: string;
  /** Every plane that was ever registered, by id. A plane of `contradictions` stands as the checkpoint before has seen it. */
  readonly planes: readonly LedgerHead[];
  readonly totals: { readonly planes: number; readonly entries: number };
  /** Empty on every good day. */
  readonly contradictions: readonly Contradiction[];
}

export interface LastCheckpoint {
  readonly statement: CheckpointStatement;
  /** SHA-256 of its JWS. */
  readonly hash: string;
}

/**
 * @param heads of every plane as found now
 * @param contradictions with `last`. Their planes keep the head that they had: a checkpoint never confirms a rewritten history.
 */
export function buildCheckpoint(
  heads: readonly LedgerHead[],
  contradictions: readonly Contradiction[],
  { last, at }: { readonly last: LastCheckpoint | undefined; readonly at: Date },
): CheckpointStatement {
  const byPlane = new Map(heads.map((head) => [head.planeId, head]));
  for (const { planeId, expected } of contradictions)
    byPlane.set(planeId, { planeId, ...expected });
  const planes = [...byPlane.values()].sort((one, other) => (one.planeId < other.planeId ? -1 : 1));
  return {
    type: 'ledger-checkpoint',
    number: (last?.statement.number ?? 0) + 1,
    previous: last?.hash ?? null,
    at: at.toISOString(),
    planes,
    totals: { planes: planes.length, entries: planes.reduce((sum, { length }) => sum + length, 0) },
    contradictions,
  };
}
