import { plus } from '../core/purge-progress.ts';
import { nextPart, type Tally } from '../core/tally.ts';
import type { CountedPage } from '../stores/store.ts';
import { codeOf } from './problem.ts';
import { isPlaceAbsent, type PurgeTarget } from './purge-targets.ts';
import { chainRecords, NO_RECORDS, recordsHash } from './records-hash.ts';

const NOTHING = { count: 0, bytes: 0 };

export interface PartsListing {
  readonly targets: readonly PurgeTarget[];
  /** @param mark of an earlier page: goes on behind it */
  readonly pages: (target: PurgeTarget, mark?: string) => AsyncIterable<CountedPage>;
  /** Asked before every page. */
  readonly outOfTime: () => boolean;
  /** A part that cannot be listed is noted and hides none of the others; by default its error is thrown. */
  readonly notesFailures?: true;
}

export interface TallyOutcome {
  readonly tally: Tally;
  /** False when time ran short: to be called again with the tally. */
  readonly complete: boolean;
}

/** Counts every part by a listing, and chains what is counted. A bucket or table that does not exist holds nothing, where it may be missing. */
export async function tallyParts(listing: PartsListing, from: Tally): Promise<TallyOutcome> {
  let tally = from;
  for (const target of listing.targets.slice(nextPart(from))) {
    tally = await tallyPart(listing, target, tally);
    if (tally.open) return { tally, complete: false };
  }
  return { tally, complete: true };
}

/** @returns a tally that is still open at this part when time ran short */
async function tallyPart(listing: PartsListing, target: PurgeTarget, from: Tally): Promise<Tally> {
  const { counted, unlisted, open } = from;
  const { kind, ref } = target;
  let sum = { count: open?.count ?? 0, bytes: open?.bytes ?? 0 };
  let mark = open?.mark;
  let chains = open?.chains ?? NO_RECORDS;
  try {
    const pages = listing.pages(target, mark)[Symbol.asyncIterator]();
    do {
      // Asked before there is a page: what has been listed without being counted would be listed twice.
      if (listing.outOfTime())
        return { counted, unlisted, open: { ...sum, chains, ...(mark !== undefined && { mark }) } };
      const { value, done } = await pages.next();
      if (done) break;
      sum = plus(sum, value);
      chains = chainRecords(chains, value.records);
      mark = value.mark;
    } while (mark !== undefined);
    return {
      unlisted,
      counted: [...counted, { kind, ref, ...sum, recordsHash: recordsHash(chains) }],
    };
  } catch (error) {
    if (isPlaceAbsent(target, error))
      return { unlisted, counted: [...counted, { kind, ref, ...NOTHING, placeAbsent: true }] };
    if (!listing.notesFailures) throw error;
    return { counted, unlisted: [...unlisted, { kind, ref, code: codeOf(error) }] };
  }
}
