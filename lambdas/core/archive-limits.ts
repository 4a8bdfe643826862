const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

/** Every threshold of the archive, in one place. Tests lower them, so that small data takes every path. */
export interface ArchiveLimits {
  /** Members of one shard, which is one invocation of the packer and one line of the plan. */
  readonly shardMembers: number;
  /** Bytes of small members in one shard, so also the size of one payload. */
  readonly shardPackedBytes: number;
  /** Bytes of large members in one shard. A single larger one has a shard to itself. */
  readonly shardCopiedBytes: number;
  /** Objects of at least this size are copied on the server side, each as a payload of its own. */
  readonly copyFromBytes: number;
  /** Above this size S3 copies by parts only. */
  readonly copyObjectMaxBytes: number;
  /** Larger objects are not archived: a plan that meets one fails. */
  readonly objectMaxBytes: number;
  /** Size of one part of a copy by parts. Doubled as often as it takes to stay within `uploadParts`. */
  readonly copyPartBytes: number;
  readonly copiesAtOnce: number;
  readonly copyPartsAtOnce: number;
  /** Size of one part of an upload; a payload that fits into one is a single PutObject. */
  readonly uploadPartBytes: number;
  readonly uploadPartsAtOnce: number;
  readonly uploadParts: number;
  readonly readsAtOnce: number;
  /** How far reads may be ahead of the first part of a payload that is not taken to be sent, in bytes from its start. */
  readonly readAheadBytes: number;
  /** Uncompressed bytes of DynamoDB items in one gzip member, the least that is read to get one item back. */
  readonly itemBlockBytes: number;
  readonly checksumReadsAtOnce: number;
  /** Records of one removal request. */
  readonly evictBatch: number;
  readonly evictionsAtOnce: number;
  /** A step that may go on later stops when the invocation has less than this left. */
  readonly stopBeforeMs: number;
}

/**
 * Peak memory of a packer, whatever the shard holds: 2 x 16 MiB of parts being filled, 3 x 16 MiB of those waiting to be sent
 * or being sent, some 80 MB of node and SDK, and garbage that V8 has not collected yet (`smallHeap` in infra/product-function.ts
 * keeps that low). Measured as the resident set of the Lambda's process, as built, the worst of five: 264 MB for 26,214 x 20 KB,
 * 248 MB for 64 x just under 8 MB, 75 MB for one of 512 MiB, which is copied (docs/performance.md).
 */
export const ARCHIVE_LIMITS: ArchiveLimits = {
  shardMembers: 5000,
  shardPackedBytes: 512 * MiB,
  // 20 GiB at 100 MB/s per object, which is assumed because AWS publishes no rate of copies, 4 at once: a minute or two of
  // the packer's 15.
  shardCopiedBytes: 20 * GiB,
  // From here on one copy request costs less than the seconds a Lambda needs to carry the bytes.
  copyFromBytes: 8 * MiB,
  copyObjectMaxBytes: 5 * GiB, // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
  // Above 5 GiB the SHA-256 is read by the packer. A Lambda's network carries 625 Mbit/s, 75 MB/s after TLS and headers, so
  // this takes 12 of its 15 minutes. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
  objectMaxBytes: 50 * GiB,
  copyPartBytes: 512 * MiB,
  copiesAtOnce: 4,
  copyPartsAtOnce: 8,
  uploadPartBytes: 16 * MiB, // at least 5 MiB: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
  uploadPartsAtOnce: 2,
  uploadParts: 10_000, // same page
  readsAtOnce: 48, // the SDK opens 50 sockets at most
  // Two parts: while the first is filled up, reads go on in the second.
  readAheadBytes: 32 * MiB,
  itemBlockBytes: 1 * MiB,
  checksumReadsAtOnce: 32,
  evictBatch: 1000, // https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
  // As many as a purge has: each lists its records, then deletes them, and S3 takes some 3,500 deletions a second.
  evictionsAtOnce: 3,
  stopBeforeMs: 120_000,
};

/** Size of the parts in which an object of so many bytes is copied. */
export function copyPartBytes(
  bytes: number,
  limits: Pick<ArchiveLimits, 'copyPartBytes' | 'uploadParts'>,
): number {
  let partBytes = limits.copyPartBytes;
  while (Math.ceil(bytes / partBytes) > limits.uploadParts) partBytes *= 2;
  return partBytes;
}
