import type { StoreDescriptor } from '../../lambdas/core/plane.ts';
import type { PartitionItem, Store, StoreRecord } from '../../lambdas/stores/store.ts';
import { sumPages } from '../../lambdas/stores/sum-pages.ts';

export interface MemoryStore extends Store {
  readonly records: Map<string, PartitionItem>;
  /** Keys that the service refuses to remove. */
  readonly locked: Set<string>;
  /** Under which code. */
  refusal: string;
  uploads: number;
  put(...keys: readonly string[]): void;
}

const PAGE = 2;
export const RECORD_BYTES = 10;

/** A store in memory with pages of two records. `before` and `after` run around each call, and may throw. */
export function memoryStore(
  descriptor: StoreDescriptor,
  hooks: { before?: (call: string) => void; after?: (call: string) => void } = {},
): MemoryStore {
  const records = new Map<string, PartitionItem>();
  const locked = new Set<string>();
  const call = <T>(name: string, work: () => T): T => {
    hooks.before?.(name);
    const result = work();
    hooks.after?.(name);
    return result;
  };
  const behind = (key: string) =>
    [...records.values()]
      .filter((record) => record.key > key)
      .sort(byKey)
      .slice(0, PAGE);
  return {
    descriptor,
    records,
    locked,
    refusal: 'AccessDenied',
    uploads: 0,
    put(...keys) {
      for (const key of keys)
        records.set(key, { kind: 'item', key, size: RECORD_BYTES, sha256: `of ${key}` });
    },
    async *inventory(after) {
      let page = call('list', () => behind(after?.key ?? ''));
      while (page.length > 0) {
        yield page;
        const last = page.at(-1)?.key ?? '';
        page = call('list', () => behind(last));
      }
    },
    async remove(wanted: readonly StoreRecord[]) {
      return call('remove', () => {
        const failed = wanted
          .filter(({ key }) => locked.has(key))
          .map((record) => ({ record, code: this.refusal }));
        const removed = wanted.filter(({ key }) => !locked.has(key) && records.delete(key)).length;
        return {
          removed,
          removedBytes: removed * RECORD_BYTES,
          alreadyAbsent: wanted.length - removed - failed.length,
          changed: [],
          failed,
          left: [],
        };
      });
    },
    async countUploads() {
      return call('uploads', () => this.uploads);
    },
    async abortUploads() {
      return call('abort', () => {
        const aborted = this.uploads;
        this.uploads = 0;
        return aborted;
      });
    },
    async *countPages(after = '') {
      let mark: string | undefined = after;
      while (mark !== undefined) {
        const from: string = mark;
        const page: readonly PartitionItem[] = call('count', () => behind(from));
        mark = page.length === PAGE ? page.at(-1)?.key : undefined;
        yield {
          count: page.length,
          records: page,
          bytes: page.length * RECORD_BYTES,
          ...(mark !== undefined && { mark }),
        };
      }
    },
    measure() {
      return sumPages(this.countPages());
    },
  };
}

function byKey(one: PartitionItem, other: PartitionItem): number {
  return one.key < other.key ? -1 : 1;
}
