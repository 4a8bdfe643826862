import type { ObjectVersion } from './object-version.ts';
import { S3Error } from './s3-error.ts';
import { isArchiveClass, type StorageClass } from './storage-class.ts';

/** The temporary copy of an archived version. Times are epoch milliseconds. */
export interface Restore {
  readonly availableAt: number;
  readonly expiresAt: number;
}

export type RestoreTier = 'Expedited' | 'Standard' | 'Bulk';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The longest AWS says it takes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html. */
const RESTORE_HOURS: Readonly<Record<string, Partial<Record<RestoreTier, number>>>> = {
  GLACIER: { Expedited: 1 / 12, Standard: 5, Bulk: 12 },
  DEEP_ARCHIVE: { Standard: 12, Bulk: 48 },
};

/** undefined when the class knows no such tier. */
export function restoreDelayMs(storageClass: StorageClass, tier: RestoreTier): number | undefined {
  const hours = RESTORE_HOURS[storageClass]?.[tier];
  return hours === undefined ? undefined : hours * HOUR_MS;
}

/** A copy lives through its last day, until the midnight (UTC) after it. */
export function planRestore(availableAt: number, days: number): Restore {
  return { availableAt, expiresAt: Math.ceil((availableAt + days * DAY_MS) / DAY_MS) * DAY_MS };
}

type Availability = 'active' | 'archived' | 'restoring' | 'restored';

export function availabilityOf(version: ObjectVersion, now: Date): Availability {
  if (version.content === undefined || !isArchiveClass(version.content.storageClass)) {
    return 'active';
  }
  if (version.restore === undefined || version.restore.expiresAt <= now.getTime())
    return 'archived';
  return version.restore.availableAt <= now.getTime() ? 'restored' : 'restoring';
}

export function isReadable(version: ObjectVersion, now: Date): boolean {
  const availability = availabilityOf(version, now);
  return availability === 'active' || availability === 'restored';
}

export function invalidObjectState(message: string, storageClass: StorageClass): S3Error {
  return new S3Error('InvalidObjectState', message, { details: { StorageClass: storageClass } });
}

export function restoreHeaders(version: ObjectVersion, now: Date): Record<string, string> {
  const availability = availabilityOf(version, now);
  if (availability === 'restoring') return { 'x-amz-restore': 'ongoing-request="true"' };
  if (availability !== 'restored' || version.restore === undefined) return {};
  const expiry = new Date(version.restore.expiresAt).toUTCString();
  return { 'x-amz-restore': `ongoing-request="false", expiry-date="${expiry}"` };
}
