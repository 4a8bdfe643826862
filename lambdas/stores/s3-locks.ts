import {
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { StoreDescriptor } from '../core/plane.ts';
import type { ObjectVersion, StoreRecord } from '../core/store-record.ts';
import { inParallel } from './in-parallel.ts';

const VERSIONS_AT_ONCE = 16; // two requests each, below the SDK's 50 sockets

/** How many of these records a lock keeps from being removed by anybody, as of `now`. */
export type LockCounter = (records: readonly StoreRecord[], now: Date) => Promise<number>;

/**
 * Counts versions that S3 lets nobody remove: under a legal hold, or under a retention that has not ended. Only a bucket
 * with Object Lock holds any, and one request tells. In such a bucket each version takes two more, because listings do not
 * show locks. Not a part of `Store`: only planning needs it, and every bundle would carry it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
export function lockCounter(client: S3Client, descriptor: StoreDescriptor): LockCounter {
  if (descriptor.kind !== 's3-prefix') return async () => 0;
  const { bucket } = descriptor;
  let asked: Promise<boolean> | undefined;
  return async (records, now) => {
    asked ??= hasObjectLock(client, bucket);
    if (!(await asked)) return 0;
    // A delete marker is never protected.
    const objects = records.filter((record) => record.kind === 'object');
    const locked = await inParallel(objects, VERSIONS_AT_ONCE, (object) =>
      isLocked(client, bucket, object, now),
    );
    return locked.filter(Boolean).length;
  };
}

async function hasObjectLock(client: S3Client, bucket: string): Promise<boolean> {
  const reply = await unlessAbsent(
    client.send(new GetObjectLockConfigurationCommand({ Bucket: bucket })),
  );
  return reply?.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled';
}

async function isLocked(
  client: S3Client,
  bucket: string,
  { key, versionId }: ObjectVersion,
  now: Date,
): Promise<boolean> {
  const version = { Bucket: bucket, Key: key, VersionId: versionId };
  const [hold, lock] = await Promise.all([
    unlessAbsent(client.send(new GetObjectLegalHoldCommand(version))),
    unlessAbsent(client.send(new GetObjectRetentionCommand(version))),
  ]);
  const until = lock?.Retention?.RetainUntilDate;
  return hold?.LegalHold?.Status === 'ON' || (until !== undefined && until > now);
}

/** What S3 answers for a bucket without Object Lock, a version without a lock, and one that is gone meanwhile. */
const ABSENT_CODES: ReadonlySet<string> = new Set([
  'ObjectLockConfigurationNotFoundError',
  'NoSuchObjectLockConfiguration',
  'NoSuchKey',
  'NoSuchVersion',
]);

async function unlessAbsent<Reply>(reply: Promise<Reply>): Promise<Reply | undefined> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof Error && ABSENT_CODES.has(error.name)) return undefined;
    throw error;
  }
}
