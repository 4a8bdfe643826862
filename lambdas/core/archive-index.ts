import type { ObjectProperties, StoreRecord } from './store-record.ts';

/** Where the content of one member is: a range of a payload file of the bag. */
export interface ContentPlace {
  readonly sha256: string;
  /** Path in the bag, `data/…`. */
  readonly payload: string;
  /** First byte and number of bytes to read from the payload. */
  readonly offset: number;
  readonly length: number;
  /** Items only: the bytes read are one gzip member, and the item's JSON is this range of what it holds. */
  readonly gunzip?: { readonly offset: number; readonly length: number };
}

/** What the index says of a member's content; nothing of a delete marker, which has none. */
export type IndexedContent = Partial<ContentPlace> & {
  /** Of a document in a tar. One that was copied keeps its properties itself. */
  readonly properties?: ObjectProperties | undefined;
};

/** One line of the archive's index, without its newline: what the member was, and where it is now. */
export function indexLine(
  store: number,
  member: number,
  record: StoreRecord,
  content: IndexedContent,
): string {
  return JSON.stringify({ store, member, ...record, ...content });
}

/** One line of the index, read back. A delete marker has no place: it has no content. */
export interface IndexEntry {
  readonly store: number;
  readonly member: number;
  readonly record: StoreRecord;
  readonly place?: ContentPlace;
  readonly properties?: ObjectProperties;
}

/**
 * The entries of an index part, as `indexLine` wrote them.
 * @param key only entries under this key; the other lines are not parsed, which is most of the cost
 */
export function parseIndex(text: string, key?: string): IndexEntry[] {
  const wanted = key === undefined ? '' : `"key":${JSON.stringify(key)}`;
  return text
    .split('\n')
    .filter((line) => line !== '' && line.includes(wanted))
    .map(indexEntry)
    .filter(({ record }) => key === undefined || record.key === key);
}

function indexEntry(line: string): IndexEntry {
  const parsed = JSON.parse(line);
  const { store, member, payload, offset, length, gunzip, properties, ...record } = parsed;
  const place = { sha256: record.sha256, payload, offset, length, ...(gunzip && { gunzip }) };
  return {
    store,
    member,
    record,
    ...(payload !== undefined && { place }),
    ...(properties && { properties }),
  };
}

/** Path of a shard's index part in the bag. It is a tag file: it describes the payloads and is no payload itself. */
export function indexPath(shardId: string): string {
  return `index/shard-${shardId}.jsonl`;
}

/** Paths of a shard's payloads in the bag. Numbers only: the keys of documents are hostile, and the index knows them. */
export const payloadPath = {
  objects: (shardId: string) => `data/shard-${shardId}/objects.tar`,
  items: (shardId: string) => `data/shard-${shardId}/items.jsonl.gz`,
  copy: (shardId: string, member: number) => `data/shard-${shardId}/object-${memberName(member)}`,
};

/** Name of a member inside a tar payload. `member` counts from 1 within its shard. */
export function memberName(member: number): string {
  return String(member).padStart(6, '0');
}
