import * as z from 'zod/mini';
import type { ArchiveLimits } from './archive-limits.ts';
import type { StoreRecord } from './store-record.ts';

const wholeNumber = z.int().check(z.nonnegative());
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));

/** One line of the plan's shard list, one item of the distributed map: ids, counts and where its members are listed. */
export const shardSchema = z.strictObject({
  /** `00001`, `00002` … */
  shardId: z.string().check(z.regex(/^\d{5,}$/)),
  /** Which plan of this offboarding: 2 and more after a source changed while it was packed. */
  plan: z.int().check(z.positive()),
  /** Index of the store in the plane's record. A shard never mixes stores. */
  store: wholeNumber,
  membersBucket: z.string().check(z.minLength(1)),
  membersKey: z.string().check(z.minLength(1)),
  /** SHA-256 of the member list, an inventory part. */
  membersSha256: sha256,
  objectCount: wholeNumber,
  deleteMarkerCount: wholeNumber,
  bytes: wholeNumber,
});
export type Shard = z.infer<typeof shardSchema>;

export function shardId(number: number): string {
  return String(number).padStart(5, '0');
}

/** How far a shard is filled: the inventory is cut where the next record would not fit any more. */
export interface ShardLoad {
  readonly members: number;
  readonly packedBytes: number;
  readonly copiedBytes: number;
}

export const EMPTY_LOAD: ShardLoad = { members: 0, packedBytes: 0, copiedBytes: 0 };

/** True for an object that is copied on the server side into a payload of its own. */
export function isCopied(record: StoreRecord, limits: ArchiveLimits): boolean {
  return record.kind === 'object' && record.size >= limits.copyFromBytes;
}

/** The load with this record, or undefined when the record must open the next shard. Any record fits an empty shard. */
export function loadWith(
  load: ShardLoad,
  record: StoreRecord,
  limits: ArchiveLimits,
): ShardLoad | undefined {
  const size = record.kind === 'delete-marker' ? 0 : record.size;
  const copied = isCopied(record, limits);
  const next = {
    members: load.members + 1,
    packedBytes: load.packedBytes + (copied ? 0 : size),
    copiedBytes: load.copiedBytes + (copied ? size : 0),
  };
  const fits =
    next.members <= limits.shardMembers &&
    next.packedBytes <= limits.shardPackedBytes &&
    next.copiedBytes <= limits.shardCopiedBytes;
  return fits || load.members === 0 ? next : undefined;
}
