import type { StoreDescriptor } from '../core/plane.ts';
import type {
  DeleteMarker,
  ObjectVersion,
  PartitionItem,
  StoreRecord,
} from '../core/store-record.ts';

export type {
  DeleteMarker,
  ObjectVersion,
  PartitionItem,
  StoreRecord,
} from '../core/store-record.ts';

/**
 * Counts of one removal. Every reply is read: what the service did not refuse counts as done, and only a listing afterwards shows that
 * it was.
 */
export interface RemovalReport {
  readonly removed: number;
  readonly removedBytes: number;
  /** Not there any more when its turn came: fine for a repeated run, but counted apart. */
  readonly alreadyAbsent: number;
  /** Still there, but no longer what the record names: left alone. */
  readonly changed: readonly StoreRecord[];
  readonly failed: readonly { readonly record: StoreRecord; readonly code: string }[];
  /** Of the given records those whose turn did not come, because `mayGoOn` said no. */
  readonly left: readonly StoreRecord[];
}

export interface RemovalOptions {
  /**
   * The caller has this moment listed the records itself: saves the listing that tells what is removed from what was
   * already absent.
   */
  readonly listedJustNow?: boolean;
  /**
   * Asked before every request that removes something but the first: the caller has just asked. Once it has said no, what
   * is under way is awaited, and the rest is left.
   */
  readonly mayGoOn?: () => Promise<boolean>;
}

export interface StoreSize {
  readonly count: number;
  readonly bytes: number;
}

/** What tells a record from every other: by its content too, where it has any. */
export type RecordIdentity =
  | Pick<ObjectVersion, 'kind' | 'key' | 'versionId' | 'etag'>
  | Pick<DeleteMarker, 'kind' | 'key' | 'versionId'>
  | Pick<PartitionItem, 'kind' | 'key' | 'sha256'>;

/** One page of a count. */
export interface CountedPage extends StoreSize {
  /** What was counted. Versions come in the order of `inventory`, and so do delete markers, but the two may be apart. */
  readonly records: readonly RecordIdentity[];
  /** Goes on behind this page, in this store only; absent on the last one. It may name a document. */
  readonly mark?: string;
}

/** One place that holds a plane's data. One implementation per kind, in a file of its own; `RecordReader` reads from it. */
export interface Store {
  readonly descriptor: StoreDescriptor;
  /**
   * Everything there is: every version, every delete marker, every item, page by page, in a stable order.
   * @param after the last record of a page of an earlier listing: goes on behind it
   */
  inventory(after?: StoreRecord): AsyncIterable<readonly StoreRecord[]>;
  /** Removes exactly these records, and reads every error in every reply. */
  remove(records: readonly StoreRecord[], options?: RemovalOptions): Promise<RemovalReport>;
  /** Counts incomplete multipart uploads under exactly this store; 0 where the kind has none. */
  countUploads(): Promise<number>;
  /**
   * Aborts incomplete multipart uploads under exactly this store; 0 where the kind has none.
   * @param mayGoOn asked before each of them; false leaves the rest
   */
  abortUploads(mayGoOn?: () => Promise<boolean>): Promise<number>;
  /**
   * Counts what is there now, page by page, by a listing of its own. All it shares with `inventory` is what a table says of
   * its keys and how an item is written as text, on which the two must agree to be compared.
   * @param mark of a page of an earlier count: goes on behind it
   */
  countPages(mark?: string): AsyncIterable<CountedPage>;
  /** The sum of all of `countPages`. */
  measure(): Promise<StoreSize>;
}
