import type { RemovalReport, StoreRecord } from './store.ts';

/** Adds up a removal while it runs. */
export interface RemovalTally {
  removed(record: StoreRecord): void;
  alreadyAbsent(): void;
  changed(record: StoreRecord): void;
  failed(record: StoreRecord, code: string): void;
  left(record: StoreRecord): void;
  report(): RemovalReport;
}

export function removalTally(): RemovalTally {
  let removed = 0;
  let removedBytes = 0;
  let alreadyAbsent = 0;
  const changed: StoreRecord[] = [];
  const failed: { record: StoreRecord; code: string }[] = [];
  const left: StoreRecord[] = [];
  return {
    removed(record) {
      removed += 1;
      removedBytes += record.kind === 'delete-marker' ? 0 : record.size;
    },
    alreadyAbsent() {
      alreadyAbsent += 1;
    },
    changed(record) {
      changed.push(record);
    },
    failed(record, code) {
      failed.push({ record, code });
    },
    left(record) {
      left.push(record);
    },
    report: () => ({ removed, removedBytes, alreadyAbsent, changed, failed, left }),
  };
}
