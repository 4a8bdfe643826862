import type { IndexEntry } from '../lambdas/core/archive-index.ts';
import type { Bag } from './open-bag.ts';

/** Where an entry stands in the index: its store first, then its key. */
export interface Position {
  readonly store: number;
  readonly key: string;
}

export interface IndexPart {
  readonly first: Position;
  readonly last: Position;
  /** Entries under the key that is looked for. */
  readonly found: readonly IndexEntry[];
}

/** The parts of an index, each read once and held against all that were read before. */
export interface OrderedParts {
  readonly count: number;
  readonly read: number;
  /** @throws OutOfOrder DamageError */
  open(number: number): Promise<IndexPart>;
  /** Below 0 when `a` comes before `b`. Stores of both must be able to hold their keys. */
  compare(a: Position, b: Position): number;
}

/** The index was sealed in another order than the stores were listed in, so nothing can be told from parts not read. */
export class OutOfOrder extends Error {
  override readonly name = 'OutOfOrder';
}

/** @param key the one whose entries are kept */
export function orderedParts({ indexPaths, keyOrders, readIndex }: Bag, key: string): OrderedParts {
  const parts = new Map<number, IndexPart>();

  const compare = (a: Position, b: Position) =>
    a.store - b.store || (keyOrders[a.store]?.compare(a.key, b.key) ?? 0);

  const assertOrder = (before: Position, after: Position, path: string) => {
    if (compare(before, after) > 0) throw new OutOfOrder(`${path} is not in the order of its keys`);
  };

  const read = async (path: string): Promise<IndexPart> => {
    const entries = await readIndex(path);
    const positions = entries.map(({ store, record }) => ({ store, key: record.key }));
    const [first, last] = [positions[0], positions.at(-1)];
    if (!first || !last) throw new OutOfOrder(`${path} is empty`);
    for (const { store, key } of positions)
      if (store !== first.store || !keyOrders[store]?.mayHold(key))
        throw new OutOfOrder(`${path} names what its store cannot hold`);
    for (const [index, position] of positions.entries())
      assertOrder(positions[index - 1] ?? position, position, path);
    return { first, last, found: entries.filter(({ record }) => record.key === key) };
  };

  return {
    count: indexPaths.length,
    get read() {
      return parts.size;
    },
    async open(number) {
      const known = parts.get(number);
      if (known) return known;
      const path = indexPaths[number] ?? '';
      const part = await read(path);
      for (const [other, { first, last }] of parts)
        if (other < number) assertOrder(last, part.first, path);
        else assertOrder(part.last, first, path);
      parts.set(number, part);
      return part;
    },
    compare,
  };
}
