export interface ReadAheadLimits {
  readonly readsAtOnce: number;
  readonly readAheadMembers: number;
  readonly readAheadBytes: number;
}

/**
 * Reads items in parallel and yields them in their own order. One slow read holds up nothing but its own turn: others go on
 * behind it until what is read but not yet consumed has reached the limits. An item larger than the byte limit is read alone.
 */
export async function* readAhead<Item, Content>(
  items: readonly Item[],
  sizeOf: (item: Item) => number,
  read: (item: Item) => Promise<Content>,
  { readsAtOnce, readAheadMembers, readAheadBytes }: ReadAheadLimits,
): AsyncGenerator<readonly [Item, Content]> {
  const ahead: { item: Item; size: number; content: Promise<Content> }[] = [];
  const waiting = items[Symbol.iterator]();
  let pending = waiting.next();
  let [reading, bytes] = [0, 0];
  const fill = () => {
    while (!pending.done && reading < readsAtOnce && ahead.length < readAheadMembers) {
      const item = pending.value;
      const size = sizeOf(item);
      if (bytes > 0 && bytes + size > readAheadBytes) return;
      const content = read(item);
      reading += 1;
      const ended = () => {
        reading -= 1;
        fill();
      };
      // Consumed in order below; until then a failure must not count as unhandled, and nothing new is read after it.
      content.then(ended, () => undefined);
      ahead.push({ item, size, content });
      bytes += size;
      pending = waiting.next();
    }
  };
  fill();
  try {
    for (let head = ahead.shift(); head; head = ahead.shift()) {
      const content = await head.content;
      yield [head.item, content];
      bytes -= head.size;
      fill();
    }
  } finally {
    // A consumer that stops early wants nothing more read.
    pending = { done: true, value: undefined };
  }
}
