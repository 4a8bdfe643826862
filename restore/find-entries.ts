import type { IndexEntry } from '../lambdas/core/archive-index.ts';
import { inParallel } from '../lambdas/stores/in-parallel.ts';
import type { DocumentChoice } from './arguments.ts';
import type { Bag } from './open-bag.ts';
import { type OrderedParts, OutOfOrder, orderedParts, type Position } from './ordered-parts.ts';
import type { Reporter } from './reporter.ts';

const PARTS_AT_ONCE = 8;

export interface FoundEntries {
  /** Everything that is known to be under the key, in the order of the bag. */
  readonly entries: readonly IndexEntry[];
  /** Parts of the index that were read. Fewer than there are: the others cannot hold the key, by their order. */
  readonly partsRead: number;
}

/**
 * Everything the index has under one key, of all stores that can hold it; of the chosen one only, when that has it.
 *
 * A shard never mixes stores, shards follow the order of the stores and each store the order in which it was listed
 * (`keyOrder`). So a binary search over the parts finds the first that can hold the key, and the next ones are read for as
 * long as the key goes on. Every part is held against its sealed hash before it is believed. Parts that were read and are
 * not in this order, within themselves or to one another, prove that the order does not hold: then every part is read.
 * Of parts that were not read nothing is proven, so what is not found says how many were (`pickDocument`).
 * @throws DamageError when a part that had to be read is missing or is not the one that was sealed
 */
export async function findEntries(
  bag: Bag,
  choice: DocumentChoice,
  reporter: Reporter,
): Promise<FoundEntries> {
  const parts = bag.indexPaths.length;
  const key = indexedKey(bag, choice.key);
  if (choice.everyPart || parts === 1) return readEveryPart(bag, key, reporter);
  try {
    return await searchParts(bag, { ...choice, key });
  } catch (error) {
    if (!(error instanceof OutOfOrder)) throw error;
    reporter.say(`${error.message}: reading all ${parts} parts of the index`);
    return readEveryPart(bag, key, reporter);
  }
}

/** As the stores that can hold it would have it; unchanged when they would not agree. */
function indexedKey({ keyOrders }: Bag, key: string): string {
  const able = keyOrders.filter((order) => order.mayHold(key));
  const [indexed = key, ...others] = new Set(able.map((order) => order.indexed(key)));
  return others.length === 0 ? indexed : key;
}

async function searchParts(bag: Bag, { key, store }: DocumentChoice): Promise<FoundEntries> {
  const parts = orderedParts(bag, key);
  const able = bag.keyOrders.flatMap((order, index) => (order.mayHold(key) ? [index] : []));
  const searchAll = async (stores: readonly number[]) => {
    const found: (readonly IndexEntry[])[] = [];
    for (const each of stores) found.push(await searchStore(parts, { store: each, key }));
    return { entries: found.flat(), partsRead: parts.read };
  };
  const chosen = await searchAll(able.filter((each) => each === store));
  return chosen.entries.length > 0 ? chosen : searchAll(able.filter((each) => each !== store));
}

async function searchStore(parts: OrderedParts, wanted: Position): Promise<readonly IndexEntry[]> {
  let [low, high] = [0, parts.count];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const { first, last } = await parts.open(middle);
    if (parts.compare(last, wanted) < 0) low = middle + 1;
    // What begins before the key leaves none of its versions to the parts in front.
    else if (parts.compare(first, wanted) < 0) [low, high] = [middle, middle];
    else high = middle;
  }
  const entries: (readonly IndexEntry[])[] = [];
  for (let next = low; next < parts.count; next += 1) {
    const { first, last, found } = await parts.open(next);
    if (first.store === wanted.store) entries.push(found);
    if (parts.compare(last, wanted) > 0) break;
  }
  return entries.flat();
}

async function readEveryPart(
  { indexPaths, readIndex }: Bag,
  key: string,
  reporter: Reporter,
): Promise<FoundEntries> {
  let partsRead = 0;
  const found = await inParallel(indexPaths, PARTS_AT_ONCE, async (path) => {
    const entries = await readIndex(path, key);
    partsRead += 1;
    reporter.progress(() => `read ${partsRead} of ${indexPaths.length} index part(s)`);
    return entries;
  });
  return { entries: found.flat(), partsRead };
}
