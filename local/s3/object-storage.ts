import type { BodyStore } from './body-store.ts';
import type { Bucket } from './bucket.ts';
import type { ObjectVersion } from './object-version.ts';
import type { RestoreTier } from './restore.ts';
import { S3Error } from './s3-error.ts';
import type { StorageClass } from './storage-class.ts';
import { releaseBody } from './stored-body.ts';

/** Everything the operations work on. */
export interface ObjectStorage {
  readonly region: string;
  readonly now: () => Date;
  readonly buckets: Map<string, Bucket>;
  readonly bodies: BodyStore;
  /** 1, 2, 3 …: the order in which versions and uploads are created. */
  nextSequence(): number;
  /** Parts but the last must have this size. */
  readonly minimumPartBytes: number;
  /** undefined when the class knows no such tier. */
  restoreDelayMs(storageClass: StorageClass, tier: RestoreTier): number | undefined;
}

/** @throws S3Error `NoSuchBucket` */
export function requireBucket(storage: ObjectStorage, name: string): Bucket {
  const bucket = storage.buckets.get(name);
  if (bucket === undefined) {
    throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', {
      details: { BucketName: name },
    });
  }
  return bucket;
}

/** Lets go of the bytes of a version that is gone. */
export async function releaseVersion(version: ObjectVersion | undefined): Promise<void> {
  if (version?.content !== undefined) await releaseBody(version.content.body);
}
