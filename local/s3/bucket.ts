import type { MultipartUpload } from './multipart-upload.ts';
import type { DefaultRetention, ObjectLock } from './object-lock.ts';
import type { ObjectContent, ObjectVersion } from './object-version.ts';
import { createSortedMap, type SortedMap } from './sorted-map.ts';
import { NULL_VERSION_ID, sequenceOf } from './version-id.ts';

export type Versioning = 'Off' | 'Enabled' | 'Suspended';

export interface BucketOptions {
  readonly versioned: boolean;
  /** Default encryption by this KMS key; without it S3's own key. */
  readonly encryptionKeyArn?: string;
  /** Allows retention and legal holds; needs, and implies, versioning. */
  readonly objectLock?: boolean;
  /** How long what is written without a retention of its own is locked. */
  readonly defaultRetention?: DefaultRetention;
}

export interface Bucket {
  readonly name: string;
  readonly createdAt: Date;
  readonly encryptionKeyArn: string | undefined;
  readonly objectLock: boolean;
  readonly defaultRetention: DefaultRetention | undefined;
  versioning: Versioning;
  /** Versions of each key, oldest first: that is where most keys have their only one, and new ones are appended. */
  readonly keys: SortedMap<ObjectVersion[]>;
  readonly uploads: Map<string, MultipartUpload>;
}

export function createBucketState(name: string, createdAt: Date, options: BucketOptions): Bucket {
  return {
    name,
    createdAt,
    encryptionKeyArn: options.encryptionKeyArn,
    objectLock: options.objectLock === true,
    defaultRetention: options.defaultRetention,
    versioning: options.versioned || options.objectLock === true ? 'Enabled' : 'Off',
    keys: createSortedMap(),
    uploads: new Map(),
  };
}

/** The newest version, which may be a delete marker. */
export function currentVersion(bucket: Bucket, key: string): ObjectVersion | undefined {
  return bucket.keys.get(key)?.at(-1);
}

/** @throws S3Error `InvalidArgument` for an id that is not one */
export function findVersion(
  bucket: Bucket,
  key: string,
  versionId: string,
): ObjectVersion | undefined {
  const isWanted = matcherOf(versionId);
  return bucket.keys.get(key)?.find(isWanted);
}

export interface NewVersion {
  readonly sequence: number;
  readonly at: Date;
  /** undefined for a delete marker. */
  readonly content: ObjectContent | undefined;
  readonly lock?: ObjectLock | undefined;
}

/**
 * Makes a version the current one of its key. Unless the bucket is versioned it takes the place of the `null` version.
 * @returns the version, and the one it replaced for good
 */
export function addVersion(
  bucket: Bucket,
  key: string,
  added: NewVersion,
): { version: ObjectVersion; replaced: ObjectVersion | undefined } {
  const version: ObjectVersion = {
    sequence: added.sequence,
    isNull: bucket.versioning !== 'Enabled',
    lastModified: Math.floor(added.at.getTime() / 1000) * 1000,
    content: added.content,
    lock: added.lock,
    restore: undefined,
  };
  const replaced = version.isNull ? findVersion(bucket, key, NULL_VERSION_ID) : undefined;
  if (replaced !== undefined) removeVersion(bucket, key, replaced);
  const versions = bucket.keys.get(key);
  if (versions === undefined) bucket.keys.set(key, [version]);
  else versions.push(version);
  return { version, replaced };
}

export function removeVersion(bucket: Bucket, key: string, version: ObjectVersion): void {
  const versions = bucket.keys.get(key);
  const index = versions?.indexOf(version) ?? -1;
  if (versions === undefined || index === -1) return;
  if (versions.length === 1) bucket.keys.delete(key);
  else versions.splice(index, 1);
}

function matcherOf(versionId: string): (version: ObjectVersion) => boolean {
  if (versionId === NULL_VERSION_ID) return (version) => version.isNull;
  const sequence = sequenceOf(versionId);
  return (version) => !version.isNull && version.sequence === sequence;
}
