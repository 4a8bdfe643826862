import type { StoreRecord } from './store-record.ts';

/** One line of an inventory part, without its newline. The order of the fields is fixed, so equal records are equal bytes. */
export function inventoryLine(record: StoreRecord): string {
  const { kind, key } = record;
  switch (record.kind) {
    case 'item':
      return JSON.stringify({ kind, key, size: record.size, sha256: record.sha256 });
    case 'delete-marker': {
      const { versionId, isLatest, lastModified } = record;
      return JSON.stringify({ kind, key, versionId, isLatest, lastModified });
    }
    case 'object': {
      const { versionId, isLatest, size, etag, lastModified, storageClass } = record;
      return JSON.stringify({
        kind,
        key,
        versionId,
        isLatest,
        size,
        etag,
        lastModified,
        storageClass,
      });
    }
  }
}

/** The records of an inventory part, as `inventoryLine` wrote them. */
export function parseInventory(text: string): StoreRecord[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as StoreRecord);
}

/** What an inventory holds. Documents and items count as objects; delete markers have no content and count apart. */
export interface InventoryTotals {
  readonly objectCount: number;
  readonly deleteMarkerCount: number;
  readonly bytes: number;
}

export const NO_TOTALS: InventoryTotals = { objectCount: 0, deleteMarkerCount: 0, bytes: 0 };

export function addTotals(a: InventoryTotals, b: InventoryTotals): InventoryTotals {
  return {
    objectCount: a.objectCount + b.objectCount,
    deleteMarkerCount: a.deleteMarkerCount + b.deleteMarkerCount,
    bytes: a.bytes + b.bytes,
  };
}

export function totalsOf(records: readonly StoreRecord[]): InventoryTotals {
  let [objectCount, bytes] = [0, 0];
  for (const record of records) {
    if (record.kind === 'delete-marker') continue;
    objectCount += 1;
    bytes += record.size;
  }
  return { objectCount, deleteMarkerCount: records.length - objectCount, bytes };
}

const UNREADABLE_CLASSES: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** True for an object in an archive class without a restored copy: it can be neither read nor copied. */
export function needsRestore(record: StoreRecord, now: Date): boolean {
  if (record.kind !== 'object' || !UNREADABLE_CLASSES.has(record.storageClass)) return false;
  return record.restoredUntil === undefined || record.restoredUntil <= now.toISOString();
}
