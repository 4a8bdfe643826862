import { ARCHIVE_LIMITS } from '../lambdas/core/archive-limits.ts';
import { type ArchiveShape, archiveShape, isCopiedSize } from './archive-shape.ts';
import { lineThrough } from './line.ts';
import type { MeasuredArchive, ProjectionBasis } from './measurement.ts';
import { costOf, DEEP_ARCHIVE, RATES, storageCost } from './prices.ts';
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

/**
 * What this product would need for a plane of equal objects, from what was measured at two sizes.
 * @throws RangeError for objects that are copied by parts, which no run measures
 */
export function projectArchive(
  size: PlaneSize,
  basis: ProjectionBasis,
  options: ProjectionOptions,
): Projection {
  const { objects, objectBytes } = size;
  if (objectBytes > ARCHIVE_LIMITS.copyObjectMaxBytes)
    throw new RangeError(
      `objects above ${formatSize(ARCHIVE_LIMITS.copyObjectMaxBytes)} are copied by parts, which is not measured`,
    );
  const copied = isCopiedSize(objectBytes);
  const shape = archiveShape(size);
  const runs = copied ? basis.copied : basis.packed;
  const vault = projectVault(size, shape, runs, copied);
  const archiving = projectRequests(shape, basis, copied);
  const purging = scale(basis.purge.requests, vault.versions / basis.purge.versions);
  const requests = sumByCharge([archiving, purging]);

  const { offboarding } = basis;
  const perShard = offboarding.shardTransitions / offboarding.shards;
  const transitions =
    offboarding.transitions - offboarding.shardTransitions + Math.ceil(perShard * shape.shards);
  const packerSeconds = copied
    ? copySeconds(size, shape.shards)
    : (objects * objectBytes) / RATES.packerBytesPerSecond;
  const invocations = offboarding.lambdaInvocations - offboarding.shards + shape.shards;
  const atOnce = Math.min(options.packConcurrency, shape.shards);
  return withTotal({
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
        { archivedBytes: vault.archivedBytes, archivedObjects: shape.payloads },
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
    sequentialRequests: countOf([archiving, purging], /^(ListObjectVersions|DeleteObjects) /),
  });
}

/**
 * The same plane as one copy per object: list it, copy and look at each object, delete the originals; later list and
 * delete the copies. The counts are the fewest that S3's API allows; no compute and no workflow is charged for. As many
 * copies run at once as with this product.
 */
export function projectCopying(
  size: PlaneSize,
  { retentionDays, packConcurrency }: ProjectionOptions,
): Projection {
  const { objects, objectBytes } = size;
  const pages = Math.ceil(objects / 1000);
  const requests = { get: objects, put: 2 * pages, 'archive-put': objects, free: 2 * pages };
  return withTotal({
    requests,
    dollars: {
      requests: requestCost(requests),
      compute: 0,
      workflow: 0,
      storage: archiveStorageCost(
        { archivedBytes: objects * objectBytes, archivedObjects: objects },
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
        copySeconds(size, 1) / packConcurrency,
      ) / 3600,
    sequentialRequests: 4 * pages,
  });
}

/** Seconds that so many packers wait for S3 in all, each for as many copies at once as it asks for. */
function copySeconds({ objects, objectBytes }: PlaneSize, packers: number): number {
  const rounds = Math.max(packers, objects / ARCHIVE_LIMITS.copiesAtOnce);
  return (rounds * objectBytes) / RATES.copyBytesPerSecond;
}

/** What each kind of request grows with. Of the vault's small files, every shard has its own few. */
function driverOf(kind: RequestKind): keyof ArchiveShape {
  const [operation, place] = kind.split(' ');
  if (operation === 'UploadPart') return 'parts';
  if (place === 'payload') return 'payloads';
  if (place === 'vault') return 'shards';
  if (operation === 'DeleteObjects') return 'batches';
  return operation?.startsWith('List') ? 'pages' : 'objects';
}

function projectRequests(
  shape: ArchiveShape,
  basis: ProjectionBasis,
  copied: boolean,
): Record<RequestKind, number> {
  const projected: Record<RequestKind, number> = {};
  // A shard's small files are the same whether it packs or copies, and only the packed runs have more than one shard.
  const kinds = [
    ...kindsOf(basis.packed).filter((kind) => !copied || kind.endsWith(' vault')),
    ...(copied ? kindsOf(basis.copied).filter((kind) => !kind.endsWith(' vault')) : []),
  ];
  for (const kind of kinds) {
    const [one, other] = kind.endsWith(' vault') || !copied ? basis.packed : basis.copied;
    const driver = driverOf(kind);
    const point = (run: MeasuredArchive) => ({
      x: archiveShape(run)[driver],
      y: run.requests[kind] ?? 0,
    });
    projected[kind] = Math.ceil(lineThrough([point(one), point(other)])(shape[driver]));
  }
  return projected;
}

function kindsOf(runs: readonly MeasuredArchive[]): readonly RequestKind[] {
  return [...new Set(runs.flatMap(({ requests }) => Object.keys(requests) as RequestKind[]))];
}

function projectVault(
  { objects, objectBytes }: PlaneSize,
  shape: ArchiveShape,
  [one, other]: readonly [MeasuredArchive, MeasuredArchive],
  copied: boolean,
): MeasuredArchive['vault'] {
  const files = (run: MeasuredArchive) => ({
    x: copied ? run.objects : archiveShape(run).shards,
    y: run.vault.versions,
  });
  const standard = (run: MeasuredArchive) => ({ x: run.objects, y: run.vault.standardBytes });
  const padding = (run: MeasuredArchive) => ({
    x: run.objects,
    y: run.vault.archivedBytes - run.objects * run.objectBytes,
  });
  return {
    versions: Math.ceil(lineThrough([files(one), files(other)])(copied ? objects : shape.shards)),
    standardBytes: lineThrough([standard(one), standard(other)])(objects),
    archivedBytes: objects * objectBytes + lineThrough([padding(one), padding(other)])(objects),
  };
}

/** Requests are whole: the last page of a listing is one however few it holds. */
function scale(
  requests: Readonly<Record<RequestKind, number>>,
  factor: number,
): Record<RequestKind, number> {
  return Object.fromEntries(
    Object.entries(requests).map(([kind, count]) => [kind, Math.ceil(count * factor)]),
  );
}

function sumByCharge(
  parts: readonly Readonly<Record<RequestKind, number>>[],
): Record<Charge, number> {
  const sums: Record<Charge, number> = { get: 0, put: 0, 'archive-put': 0, free: 0 };
  for (const part of parts)
    for (const [kind, count] of Object.entries(part)) sums[chargeOf(kind as RequestKind)] += count;
  return sums;
}

function countOf(parts: readonly Readonly<Record<string, number>>[], pattern: RegExp): number {
  return parts
    .flatMap((part) => Object.entries(part))
    .reduce((sum, [kind, count]) => (pattern.test(kind) ? sum + count : sum), 0);
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
