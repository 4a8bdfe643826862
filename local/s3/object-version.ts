import type { Checksum } from './checksum.ts';
import type { ObjectLock } from './object-lock.ts';
import type { Restore } from './restore.ts';
import type { StorageClass } from './storage-class.ts';
import type { StoredBody } from './stored-body.ts';
import { NULL_VERSION_ID, versionIdOf } from './version-id.ts';

/** What a part of a completed multipart upload leaves behind for GetObjectAttributes. */
export interface StoredPart {
  readonly partNumber: number;
  readonly size: number;
  readonly checksum: string;
}

/** Everything of an object version that its writer decided. Never changed: a copy may share it. */
export interface ObjectContent {
  readonly body: StoredBody;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly checksum: Checksum;
  readonly storageClass: StorageClass;
  /** undefined: encrypted by S3's own key. */
  readonly encryptionKeyArn: string | undefined;
  /** `content-type` and its kin, and `x-amz-meta-…`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Only when the object was uploaded in parts. */
  readonly parts: readonly StoredPart[] | undefined;
}

/** One version of a key, or a delete marker. There may be a million of them: few fields, shared values. */
export interface ObjectVersion {
  /** Place in the order of creation over all buckets. */
  readonly sequence: number;
  /** Written while the bucket was not versioned, or suspended: its id is `null`. */
  readonly isNull: boolean;
  /** Epoch milliseconds, whole seconds as S3 keeps them. */
  readonly lastModified: number;
  /** undefined: a delete marker. */
  readonly content: ObjectContent | undefined;
  lock: ObjectLock | undefined;
  restore: Restore | undefined;
}

export function idOf(version: ObjectVersion): string {
  return version.isNull ? NULL_VERSION_ID : versionIdOf(version.sequence);
}
