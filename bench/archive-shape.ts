import { ARCHIVE_LIMITS, type ArchiveLimits } from '../lambdas/core/archive-limits.ts';
import type { PlaneSize } from './size.ts';

/** How the archive cuts up a plane: what its requests are proportional to. */
export interface ArchiveShape {
  readonly objects: number;
  readonly shards: number;
  readonly payloads: number;
  /** Parts of all payloads that are uploaded. */
  readonly parts: number;
  /** Pages of a listing of the plane. */
  readonly pages: number;
  /** Removal requests: no batch spans two shards. */
  readonly batches: number;
}

/** How an object of this size gets into the vault. */
export type Way = 'packed' | 'copied' | 'copied by parts';

const LIST_PAGE = 1000; // https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
const TAR_BLOCK = 512;

export function wayOf(objectBytes: number, limits: ArchiveLimits = ARCHIVE_LIMITS): Way {
  if (objectBytes < limits.copyFromBytes) return 'packed';
  return objectBytes <= limits.copyObjectMaxBytes ? 'copied' : 'copied by parts';
}

export function archiveShape(
  { objects, objectBytes }: PlaneSize,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): ArchiveShape {
  const copied = wayOf(objectBytes, limits) !== 'packed';
  const shardBytes = copied ? limits.shardCopiedBytes : limits.shardPackedBytes;
  const fitting = objectBytes === 0 ? limits.shardMembers : Math.floor(shardBytes / objectBytes);
  const members = Math.min(limits.shardMembers, Math.max(1, fitting));
  const full = Math.floor(objects / members);
  const rest = objects % members;
  const overShards = (perShard: (shardMembers: number) => number) =>
    full * perShard(members) + (rest > 0 ? perShard(rest) : 0);
  const memberBytes = TAR_BLOCK + Math.ceil(objectBytes / TAR_BLOCK) * TAR_BLOCK;
  return {
    objects,
    shards: overShards(() => 1),
    payloads: copied ? objects : overShards(() => 1),
    parts: copied
      ? 0
      : overShards((count) =>
          Math.ceil((count * memberBytes + 2 * TAR_BLOCK) / limits.uploadPartBytes),
        ),
    pages: Math.ceil(objects / LIST_PAGE),
    batches: overShards((count) => Math.ceil(count / limits.evictBatch)),
  };
}

/**
 * The shape of several sizes in one plane, as if each were listed after the other. A plane says nothing about the order of its
 * keys; where sizes alternate, its shards are filled a little better or worse.
 */
export function mixedShape(plane: readonly PlaneSize[]): ArchiveShape {
  const shapes = plane.map((size) => archiveShape(size));
  const sum = (of: keyof ArchiveShape) => shapes.reduce((total, shape) => total + shape[of], 0);
  return {
    objects: sum('objects'),
    shards: sum('shards'),
    payloads: sum('payloads'),
    parts: sum('parts'),
    // A page of a listing holds whatever comes next.
    pages: Math.ceil(sum('objects') / LIST_PAGE),
    batches: sum('batches'),
  };
}
