/** The first `size` items, and whether there are more. */
export function takePage<Item>(
  items: Iterable<Item>,
  size: number,
): { page: readonly Item[]; isTruncated: boolean } {
  const page: Item[] = [];
  // S3 answers a page of 0 as empty and complete.
  if (size === 0) return { page, isTruncated: false };
  for (const item of items) {
    if (page.length === size) return { page, isTruncated: true };
    page.push(item);
  }
  return { page, isTruncated: false };
}
