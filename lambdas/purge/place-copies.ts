import { hashOf } from '../core/canonical.ts';
import type { PlaneRecord } from '../core/plane.ts';
import type { PlaceCopies } from '../core/residue.ts';
import { codeOf } from './problem.ts';

/** What AWS keeps by itself of what is deleted here. Each answers for one place and throws what the service throws. */
export interface CopyInquiry {
  /** How far back the table can be restored, in days; undefined where it cannot. */
  recoveryDays(table: string): Promise<number | undefined>;
  isReplicated(bucket: string): Promise<boolean>;
}

/**
 * Asks about every place of the plane, once nothing is left in it. What cannot be asked is no reason to fail: it is reported, and the
 * certificate will say that nobody knows.
 */
export function inquireCopies(
  inquiry: CopyInquiry,
  { stores, access }: Pick<PlaneRecord, 'stores' | 'access'>,
): Promise<readonly PlaceCopies[]> {
  const tokens = access.filter((point) => point.kind === 'token-partition');
  return Promise.all(
    [...stores, ...tokens].map(async (place) => {
      const ref = await hashOf(place);
      return place.kind === 's3-prefix'
        ? { ref, asked: 's3:GetBucketReplication', found: await replicas(inquiry, place.bucket) }
        : {
            ref,
            asked: 'dynamodb:DescribeContinuousBackups',
            found: await backups(inquiry, place.table),
          };
    }),
  );
}

async function replicas(inquiry: CopyInquiry, bucket: string): Promise<PlaceCopies['found']> {
  try {
    return { copies: (await inquiry.isReplicated(bucket)) ? 'replicas' : 'none' };
  } catch (error) {
    return { copies: 'unknown', code: codeOf(error) };
  }
}

async function backups(inquiry: CopyInquiry, table: string): Promise<PlaceCopies['found']> {
  try {
    const days = await inquiry.recoveryDays(table);
    return days === undefined ? { copies: 'none' } : { copies: 'point-in-time-recovery', days };
  } catch (error) {
    return { copies: 'unknown', code: codeOf(error) };
  }
}
