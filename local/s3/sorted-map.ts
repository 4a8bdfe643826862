import { compareUtf8 } from './utf8-order.ts';

/** A map whose keys stay in UTF-8 order while it is written to. */
export interface SortedMap<Value> {
  readonly size: number;
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
  /**
   * The entries from the first key that is not before the wanted start. `isBefore` must hold for a (possibly empty) head
   * of the order and for nothing after it. The map must not change while this is iterated.
   */
  from(isBefore: (key: string) => boolean): Iterable<readonly [string, Value]>;
}

/** Two parallel arrays, so that a search touches keys only. */
interface Block<Value> {
  readonly keys: string[];
  readonly values: Value[];
}

/** Keys per block: a write moves at most this many pointers, and a million keys make some 2,000 to 4,000 blocks. */
const BLOCK_SIZE = 512;

/** Writes and look-ups cost a binary search and one move inside a block, however many keys there are. */
export function createSortedMap<Value>(): SortedMap<Value> {
  const blocks: Block<Value>[] = [];
  let size = 0;

  const locate = (isBefore: (key: string) => boolean) => {
    const blockIndex = firstIndex(blocks.length, (index) => {
      const lastKey = blocks[index]?.keys.at(-1);
      return lastKey !== undefined && isBefore(lastKey);
    });
    const block = blocks[blockIndex];
    const index =
      block === undefined
        ? 0
        : firstIndex(block.keys.length, (position) => isBefore(block.keys[position] ?? ''));
    return { blockIndex, block, index };
  };
  const locateKey = (key: string) => locate((candidate) => compareUtf8(candidate, key) < 0);

  const append = (key: string, value: Value) => {
    const last = blocks.at(-1);
    if (last === undefined || last.keys.length >= BLOCK_SIZE) {
      blocks.push({ keys: [key], values: [value] });
    } else {
      last.keys.push(key);
      last.values.push(value);
    }
    size += 1;
  };

  return {
    get size() {
      return size;
    },
    get(key) {
      const { block, index } = locateKey(key);
      return block?.keys[index] === key ? block.values[index] : undefined;
    },
    set(key, value) {
      const { blockIndex, block, index } = locateKey(key);
      if (block === undefined) {
        append(key, value);
      } else if (block.keys[index] === key) {
        block.values[index] = value;
      } else {
        block.keys.splice(index, 0, key);
        block.values.splice(index, 0, value);
        size += 1;
        if (block.keys.length > BLOCK_SIZE) {
          const half = block.keys.length >> 1;
          blocks.splice(blockIndex + 1, 0, {
            keys: block.keys.splice(half),
            values: block.values.splice(half),
          });
        }
      }
    },
    delete(key) {
      const { blockIndex, block, index } = locateKey(key);
      if (block === undefined || block.keys[index] !== key) return;
      block.keys.splice(index, 1);
      block.values.splice(index, 1);
      if (block.keys.length === 0) blocks.splice(blockIndex, 1);
      size -= 1;
    },
    *from(isBefore) {
      const start = locate(isBefore);
      let index = start.index;
      for (let at = start.blockIndex; at < blocks.length; at += 1) {
        const block = blocks[at];
        if (block === undefined) return;
        for (; index < block.keys.length; index += 1) {
          yield [block.keys[index] as string, block.values[index] as Value];
        }
        index = 0;
      }
    },
  };
}

/** The first index of 0…length for which `isBefore` no longer holds. */
function firstIndex(length: number, isBefore: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
