import type { ContentPlace, IndexEntry } from '../lambdas/core/archive-index.ts';
import type { ObjectVersion, PartitionItem } from '../lambdas/core/store-record.ts';

/** A member with content, and where it lies. */
export interface Member<Kind = ObjectVersion | PartitionItem> {
  readonly store: number;
  readonly record: Kind;
  readonly place: ContentPlace;
}

/** What lies in one payload, in the order in which it lies there. */
export type PayloadContent =
  | {
      readonly kind: 'objects';
      readonly path: string;
      readonly members: readonly Member<ObjectVersion>[];
    }
  | {
      readonly kind: 'items';
      readonly path: string;
      readonly members: readonly Member<PartitionItem>[];
    };

/** The payloads that a part of the index names. A payload holds members of one shard, so no other part names it. */
export function payloadsOf(entries: readonly IndexEntry[]): readonly PayloadContent[] {
  const objects = new Map<string, Member<ObjectVersion>[]>();
  const items = new Map<string, Member<PartitionItem>[]>();
  for (const { store, record, place } of entries) {
    if (!place || record.kind === 'delete-marker') continue;
    if (record.kind === 'item') add(items, place.payload, { store, record, place });
    else add(objects, place.payload, { store, record, place });
  }
  return [
    ...Array.from(objects, ([path, members]) => ({
      kind: 'objects' as const,
      path,
      members: members.toSorted((a, b) => a.place.offset - b.place.offset),
    })),
    // Items share blocks, and lie in the order in which the index names them.
    ...Array.from(items, ([path, members]) => ({ kind: 'items' as const, path, members })),
  ];
}

function add<T>(lists: Map<string, T[]>, name: string, value: T): void {
  const list = lists.get(name);
  if (list) list.push(value);
  else lists.set(name, [value]);
}
