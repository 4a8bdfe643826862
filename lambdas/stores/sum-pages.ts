import type { CountedPage, StoreSize } from './store.ts';

export async function sumPages(pages: AsyncIterable<CountedPage>): Promise<StoreSize> {
  let [count, bytes] = [0, 0];
  for await (const page of pages) {
    count += page.count;
    bytes += page.bytes;
  }
  return { count, bytes };
}
