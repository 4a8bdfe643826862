import type { LedgerHead } from '../core/checkpoint.ts';

export interface PlaneIds {
  /** Every plane that was ever registered, page by page, strongly consistent. */
  pages(): AsyncIterable<readonly string[]>;
}

export interface LedgerHeads {
  /** Strongly consistent, one item. */
  head(planeId: string): Promise<LedgerHead>;
  /** The hash of one entry; undefined when there is none. Strongly consistent. */
  hashAt(planeId: string, seq: number): Promise<string | undefined>;
}

export interface StoredChain {
  /** The highest number, as it was written first. Undefined when there is none. */
  readonly last: { readonly number: number; readonly jws: string } | undefined;
  /** Keys that somebody has laid a delete marker or a second version over. Empty on every good day. */
  readonly tampered: readonly string[];
}

export interface CheckpointArchive {
  /** What the lock keeps, whatever was laid over it. */
  read(): Promise<StoredChain>;
  /** @returns false when somebody else has written this number */
  writeOnce(number: number, jws: string): Promise<boolean>;
}
