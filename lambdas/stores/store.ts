import type { Readable } from 'node:stream';
import type { StoreDescriptor } from '../core/plane.ts';

/** One thing a store holds, named so exactly that removing it cannot remove anything else. */
export type StoreRecord = ObjectVersion | DeleteMarker | PartitionItem;

export interface ObjectVersion {
  readonly kind: 'object';
  readonly key: string;
  /** `null` (the string) in a bucket that was never versioned, as S3 writes it. */
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly size: number;
  readonly etag: string;
  /** ISO 8601 UTC. */
  readonly lastModified: string;
  readonly storageClass: string;
}

export interface DeleteMarker {
  readonly kind: 'delete-marker';
  readonly key: string;
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly lastModified: string;
}

export interface PartitionItem {
  readonly kind: 'item';
  /** Canonical DynamoDB JSON of the primary key. */
  readonly key: string;
  /** Bytes of the item's canonical DynamoDB JSON. */
  readonly size: number;
  /** SHA-256 of the item's canonical DynamoDB JSON: an item has no version, its content is its version. */
  readonly sha256: string;
}

/** Counts of one removal. Nothing is assumed: each record was answered for by the service. */
export interface RemovalReport {
  readonly removed: number;
  readonly removedBytes: number;
  /** Not there any more when its turn came: fine for a repeated run, but counted apart. */
  readonly alreadyAbsent: number;
  /** Still there, but no longer what the record names: left alone. */
  readonly changed: readonly StoreRecord[];
  readonly failed: readonly { readonly record: StoreRecord; readonly code: string }[];
}

export interface StoreSize {
  readonly count: number;
  readonly bytes: number;
}

/** One place that holds a plane's data. One implementation per kind, in a file of its own. */
export interface Store {
  readonly descriptor: StoreDescriptor;
  /** Everything there is: every version, every delete marker, every item, page by page, in a stable order. */
  inventory(): AsyncIterable<readonly StoreRecord[]>;
  /** The content of exactly this record. @throws when it is gone or no longer the same */
  open(record: ObjectVersion | PartitionItem): Promise<Readable>;
  /** Removes exactly these records, and reads every error in every reply. */
  remove(records: readonly StoreRecord[]): Promise<RemovalReport>;
  /** Aborts incomplete multipart uploads under exactly this store; 0 where the kind has none. */
  abortUploads(): Promise<number>;
  /** Counts what is there now, by a listing of its own. */
  measure(): Promise<StoreSize>;
}
