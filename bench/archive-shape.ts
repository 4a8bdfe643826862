import { ARCHIVE_LIMITS, type ArchiveLimits } from '../lambdas/core/archive-limits.ts';
import type { PlaneSize } from './size.ts';

/** How the archive cuts up a plane of equal objects: what its requests are proportional to. */
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

const LIST_PAGE = 1000; // https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
const TAR_BLOCK = 512;

export function isCopiedSize(objectBytes: number, limits: ArchiveLimits = ARCHIVE_LIMITS): boolean {
  return objectBytes >= limits.copyFromBytes;
}

export function archiveShape(
  { objects, objectBytes }: PlaneSize,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): ArchiveShape {
  const copied = isCopiedSize(objectBytes, limits);
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
