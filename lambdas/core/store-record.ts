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
  /** ISO 8601 UTC. Until then an object in a Glacier class has a readable temporary copy. */
  readonly restoredUntil?: string;
}

/** What a reader of an object is told beside its content. */
export interface ObjectProperties {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  readonly contentDisposition?: string;
  readonly cacheControl?: string;
  /** As it was written: S3 checks no date. */
  readonly expires?: string;
  /** Where a website endpoint sends whoever asks for the object. */
  readonly websiteRedirectLocation?: string;
  /** User metadata, by lower-case names. */
  readonly metadata?: Readonly<Record<string, string>>;
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
