export interface ReadAheadLimits {
  readonly readAheadMembers: number;
  readonly readAheadBytes: number;
}

/**
 * Reads items in parallel and yields them in their own order. What is read but not yet consumed stays within the limits;
 * one item larger than the byte limit is read alone.
 */
export async function* readAhead<Item, Content>(
  items: readonly Item[],
  sizeOf: (item: Item) => number,
  read: (item: Item) => Promise<Content>,
  { readAheadMembers, readAheadBytes }: ReadAheadLimits,
): AsyncGenerator<readonly [Item, Content]> {
  const ahead: { item: Item; size: number; content: Promise<Content> }[] = [];
  const waiting = items[Symbol.iterator]();
  let pending = waiting.next();
  let bytes = 0;
  const fill = () => {
    while (!pending.done && ahead.length < readAheadMembers) {
      const item = pending.value;
      const size = sizeOf(item);
      if (bytes > 0 && bytes + size > readAheadBytes) return;
      const content = read(item);
      // Consumed in order below; until then a failure must not count as unhandled.
      content.catch(() => undefined);
      ahead.push({ item, size, content });
      bytes += size;
      pending = waiting.next();
    }
  };
  fill();
  for (let head = ahead.shift(); head; head = ahead.shift()) {
    const content = await head.content;
    fill();
    yield [head.item, content];
    bytes -= head.size;
    fill();
  }
}
