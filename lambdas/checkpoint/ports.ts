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

export interface CheckpointArchive {
  /** 0 when there is none. */
  lastNumber(): Promise<number>;
  read(number: number): Promise<string>;
  /** @returns false when somebody else has written this number */
  writeOnce(number: number, jws: string): Promise<boolean>;
}
