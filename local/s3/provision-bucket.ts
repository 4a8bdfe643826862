import { type BucketOptions, createBucketState } from './bucket.ts';
import type { ObjectStorage } from './object-storage.ts';
import { S3Error } from './s3-error.ts';

/** @throws S3Error `InvalidBucketName`, `BucketAlreadyOwnedByYou` */
export function provisionBucket(
  storage: ObjectStorage,
  name: string,
  options: BucketOptions,
): void {
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) || name.includes('..')) {
    throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.', {
      details: { BucketName: name },
    });
  }
  if (storage.buckets.has(name)) {
    throw new S3Error(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      { details: { BucketName: name } },
    );
  }
  storage.buckets.set(name, createBucketState(name, storage.now(), options));
}
