import type { Store, StoreRecord } from '../stores/store.ts';

/** Which exact records the first pages of a store's listing name. */
export type Glance = ReadonlySet<string>;

export async function glance(store: Store, pages: number): Promise<Glance> {
  const seen = new Set<string>();
  let left = pages;
  for await (const page of store.inventory()) {
    for (const record of page) seen.add(identity(record));
    left -= 1;
    if (left === 0) break;
  }
  return seen;
}

/**
 * True when everything seen before is still there. What came on top is no loss, but pushes records onto the next page:
 * look at one page before and at two afterwards. Both lists are in the order of the plane's stores.
 */
export function dataPreserved(before: readonly Glance[], after: readonly Glance[]): boolean {
  return before.every((seen, index) => [...seen].every((record) => after[index]?.has(record)));
}

function identity(record: StoreRecord): string {
  const version = record.kind === 'item' ? record.sha256 : record.versionId;
  return JSON.stringify([record.kind, record.key, version]);
}
