import { UsageError } from '../command/usage-error.ts';
import { ARCHIVE_LIMITS } from '../lambdas/core/archive-limits.ts';
import { mixedShape, wayOf } from './archive-shape.ts';
import type { ProjectionBasis } from './measurement.ts';
import { costOf, DEEP_ARCHIVE, RATES, storageCost } from './prices.ts';
import { mapCounts, projectRequests, sumRequests } from './project-requests.ts';
import { projectVault } from './project-vault.ts';
import { type Charge, chargeOf, type RequestKind } from './request-kind.ts';
import { formatSize, type PlaneSize } from './size.ts';

export interface ProjectionOptions {
  readonly retentionDays: number;
  /** Shards packed at the same time, and the memory of each packer. */
  readonly packConcurrency: number;
  readonly packerMemoryMb: number;
}

/** One way to take a plane of this size out of service. Dollars are from the archive to the end of its storage. */
export interface Projection {
  readonly requests: Readonly<Record<Charge, number>>;
  readonly dollars: Readonly<Record<'requests' | 'compute' | 'workflow' | 'storage', number>>;
  readonly totalDollars: number;
  readonly transitions: number;
  /** Of all packers together, whose time is charged for: what passes through them at their network's rate, what S3 copies while they wait. */
  readonly packerSeconds: number;
  /** The least that AWS's published rates, and the one that is assumed for copies, allow; see `RATES`. */
  readonly hoursAtLeast: number;
  /** Listing and removal requests that wait for one another: each 100 ms of latency adds this many tenths of a second. */
  readonly sequentialRequests: number;
}

/** A projection of this product. */
export interface ArchiveProjection extends Projection {
  /** Of the requests, those of objects that are copied by parts: derived from the code and its limits, measured by no run. */
  readonly derivedRequests: number;
}

/**
 * What this product would need for a plane of objects of these sizes, from what was measured at two sizes.
 * @throws UsageError for objects that this product does not archive
 */
export function projectArchive(
  plane: readonly PlaneSize[],
  basis: ProjectionBasis,
  options: ProjectionOptions,
): ArchiveProjection {
  assertArchived(plane);
  const { shards, payloads } = mixedShape(plane);
  const vault = projectVault(plane, basis);
  const { measured, derived } = projectRequests(plane, basis);
  const pages = vault.versions / basis.purge.versions;
  // Requests are whole: the last page of a listing is one however few it holds.
  const purging = mapCounts(basis.purge.requests, (count) => Math.ceil(count * pages));
  const everything = sumRequests([measured, derived, purging]);
  const requests = sumByCharge(everything);

  const { offboarding } = basis;
  const perShard = offboarding.shardTransitions / offboarding.shards;
  const transitions =
    offboarding.transitions - offboarding.shardTransitions + Math.ceil(perShard * shards);
  const packerSeconds = plane.reduce((sum, size) => sum + packSeconds(size), 0);
  const invocations = offboarding.lambdaInvocations - offboarding.shards + shards;
  const atOnce = Math.min(options.packConcurrency, shards);
  return {
    ...withTotal({
      requests,
      dollars: {
        requests: requestCost(requests),
        compute:
          costOf('lambdaGbSecond', packerSeconds * (options.packerMemoryMb / 1024)) +
          costOf('lambdaRequest', invocations),
        workflow:
          costOf('stateTransition', transitions) +
          costOf('dynamodbWrite', offboarding.ledgerWriteUnits),
        storage: archiveStorageCost(
          { archivedBytes: vault.archivedBytes, archivedObjects: payloads },
          vault.standardBytes,
          options.retentionDays,
        ),
      },
      transitions,
      packerSeconds,
      hoursAtLeast:
        Math.max(
          requests.get / RATES.getsPerSecond,
          (requests.put + requests['archive-put']) / RATES.putsPerSecond,
          packerSeconds / atOnce,
        ) / 3600,
      sequentialRequests: countOf(everything, /^(ListObjectVersions|DeleteObjects) /),
    }),
    derivedRequests: countOf(derived, /./),
  };
}

/**
 * The same plane as one copy per object: list it, copy and look at each object, delete the originals; later list and
 * delete the copies. The counts are the fewest that S3's API allows, above the limit of CopyObject so with parts as large as that;
 * no compute and no workflow is charged for. As many copies run at once as with this product.
 */
export function projectCopying(
  plane: readonly PlaneSize[],
  { retentionDays, packConcurrency }: ProjectionOptions,
): Projection {
  const sum = (of: (size: PlaneSize) => number) =>
    plane.reduce((total, size) => total + of(size), 0);
  const objects = sum((size) => size.objects);
  const { pages } = mixedShape(plane);
  const requests = {
    get: objects,
    put: 2 * pages + sum((size) => size.objects * partRequests(size.objectBytes)),
    'archive-put': objects,
    free: 2 * pages,
  };
  const copiesAtOnce = packConcurrency * ARCHIVE_LIMITS.copiesAtOnce;
  const copySeconds = ({ objectBytes }: PlaneSize) =>
    objectBytes / fewestParts(objectBytes) / RATES.copyBytesPerSecond;
  return withTotal({
    requests,
    dollars: {
      requests: requestCost(requests),
      compute: 0,
      workflow: 0,
      storage: archiveStorageCost(
        {
          archivedBytes: sum((size) => size.objects * size.objectBytes),
          archivedObjects: objects,
        },
        0,
        retentionDays,
      ),
    },
    transitions: 0,
    packerSeconds: 0,
    hoursAtLeast:
      Math.max(
        requests.get / RATES.getsPerSecond,
        (requests.put + requests['archive-put']) / RATES.putsPerSecond,
        sum((size) => size.objects * copySeconds(size)) / copiesAtOnce,
        ...plane.map(copySeconds),
      ) / 3600,
    sequentialRequests: 4 * pages,
  });
}

function assertArchived(plane: readonly PlaneSize[]): void {
  const { objectMaxBytes } = ARCHIVE_LIMITS;
  for (const { objectBytes } of plane)
    if (objectBytes > objectMaxBytes)
      throw new UsageError(
        `this product archives no objects above ${formatSize(objectMaxBytes)}: its plan refuses them, because one packer could not hash them in its time`,
      );
}

/** Seconds that packers work on, or wait for, so many objects. */
function packSeconds(size: PlaneSize): number {
  const bytes = size.objects * size.objectBytes;
  switch (wayOf(size.objectBytes)) {
    case 'packed':
      return bytes / RATES.packerBytesPerSecond;
    case 'copied': {
      const { shards } = mixedShape([size]);
      const rounds = Math.max(shards, size.objects / ARCHIVE_LIMITS.copiesAtOnce);
      return (rounds * size.objectBytes) / RATES.copyBytesPerSecond;
    }
    case 'copied by parts':
      // S3 copies several parts at once while the packer reads, and is done first.
      return bytes / RATES.hashedBytesPerSecond;
  }
}

function fewestParts(objectBytes: number): number {
  return Math.max(1, Math.ceil(objectBytes / ARCHIVE_LIMITS.copyObjectMaxBytes));
}

/** What a copy by parts needs beside the request that makes the object. */
function partRequests(objectBytes: number): number {
  const parts = fewestParts(objectBytes);
  return parts === 1 ? 0 : 1 + parts;
}

function sumByCharge(requests: Readonly<Record<RequestKind, number>>): Record<Charge, number> {
  const sums: Record<Charge, number> = { get: 0, put: 0, 'archive-put': 0, free: 0 };
  for (const [kind, count] of Object.entries(requests))
    sums[chargeOf(kind as RequestKind)] += count;
  return sums;
}

function countOf(requests: Readonly<Record<string, number>>, kinds: RegExp): number {
  return Object.entries(requests).reduce(
    (sum, [kind, count]) => (kinds.test(kind) ? sum + count : sum),
    0,
  );
}

function requestCost(requests: Readonly<Record<Charge, number>>): number {
  return (
    costOf('s3Get', requests.get) +
    costOf('s3Put', requests.put) +
    costOf('deepArchivePut', requests['archive-put'])
  );
}

function archiveStorageCost(
  archived: { readonly archivedBytes: number; readonly archivedObjects: number },
  standardBytes: number,
  retentionDays: number,
): number {
  const { archivedBytes, archivedObjects } = archived;
  const { archivedOverheadBytes, standardOverheadBytes, minimumDays } = DEEP_ARCHIVE;
  const days = Math.max(retentionDays, minimumDays);
  return (
    storageCost(
      'deepArchiveGbMonth',
      archivedBytes + archivedObjects * archivedOverheadBytes,
      days,
    ) +
    storageCost('standardGbMonth', archivedObjects * standardOverheadBytes, days) +
    storageCost('standardGbMonth', standardBytes, retentionDays)
  );
}

function withTotal(projection: Omit<Projection, 'totalDollars'>): Projection {
  const totalDollars = Object.values(projection.dollars).reduce((sum, part) => sum + part, 0);
  return { ...projection, totalDollars };
}
