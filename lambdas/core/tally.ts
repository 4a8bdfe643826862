import type { Amount } from './purge-progress.ts';
import type { ScopePart } from './scope.ts';

/** A part that could not be listed: what it holds is unknown, and unknown is not nothing. */
export interface UnlistedPart {
  readonly kind: ScopePart['kind'];
  readonly ref: string;
  /** Name of the error. */
  readonly code: string;
}

/**
 * Which records a listing has come upon, as far as it has come: chains of SHA-256 that go on wherever they were left, so
 * that their end does not depend on how the listing was cut into pages.
 */
export interface RecordChains {
  readonly versions: string;
  readonly deleteMarkers: string;
}

/**
 * How far a listing of all parts has come, in their order: as many as there are in `counted` and `unlisted` are done with.
 * Its mark may name a document, so it is kept in tables that are emptied, never in the ledger.
 */
export interface Tally {
  readonly counted: readonly ScopePart[];
  readonly unlisted: readonly UnlistedPart[];
  /** The part being listed, as far as it is counted; goes on behind `mark`, or at its beginning. */
  readonly open?: Amount & { readonly mark?: string; readonly chains: RecordChains };
}

export const NOTHING_TALLIED: Tally = { counted: [], unlisted: [] };

/** Which part is to be listed next; the number of parts once all are done with. */
export function nextPart({ counted, unlisted }: Tally): number {
  return counted.length + unlisted.length;
}
