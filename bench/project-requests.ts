import { type ArchiveShape, archiveShape, mixedShape, type Way, wayOf } from './archive-shape.ts';
import { copyByPartsRequests } from './copy-by-parts.ts';
import { lineThrough } from './line.ts';
import type { MeasuredArchive, ProjectionBasis } from './measurement.ts';
import type { RequestKind } from './request-kind.ts';
import type { PlaneSize } from './size.ts';

type Requests = Readonly<Record<RequestKind, number>>;

export interface ProjectedRequests {
  /** On the lines through two measured sizes. */
  readonly measured: Requests;
  /** Of objects that are copied by parts, which no run measures. */
  readonly derived: Requests;
}

/**
 * Requests of an archive, from the plan to the last eviction. What is listed, removed and written down about a plane is the
 * same whether its objects are packed or copied, and only the packed runs have more than one shard.
 */
export function projectRequests(
  plane: readonly PlaneSize[],
  { packed, copied }: ProjectionBasis,
): ProjectedRequests {
  const going = (way: Way) => plane.filter(({ objectBytes }) => wayOf(objectBytes) === way);
  return {
    measured: sumRequests([
      alongLine(packed, mixedShape(plane), (kind) => !isOfContents(kind)),
      alongLine(packed, mixedShape(going('packed')), isOfContents),
      alongLine(copied, mixedShape(going('copied')), isOfContents),
    ]),
    derived: sumRequests(
      going('copied by parts').map(({ objects, objectBytes }) =>
        mapCounts(copyByPartsRequests(objectBytes), (count) => count * objects),
      ),
    ),
  };
}

export function sumRequests(parts: readonly Requests[]): Requests {
  const sums: Record<RequestKind, number> = {};
  for (const part of parts)
    for (const [kind, count] of Object.entries(part) as [RequestKind, number][])
      sums[kind] = (sums[kind] ?? 0) + count;
  return sums;
}

export function mapCounts(requests: Requests, change: (count: number) => number): Requests {
  return Object.fromEntries(Object.entries(requests).map(([kind, count]) => [kind, change(count)]));
}

/** True for what carries the objects themselves: it differs with the way they go. */
function isOfContents(kind: RequestKind): boolean {
  return kind.endsWith(' payload') || /^(Get|Head)Object plane$/.test(kind);
}

function alongLine(
  [one, other]: readonly [MeasuredArchive, MeasuredArchive],
  shape: ArchiveShape,
  isMeant: (kind: RequestKind) => boolean,
): Requests {
  if (shape.objects === 0) return {};
  const kinds = Object.keys({ ...one.requests, ...other.requests }) as RequestKind[];
  const counts = kinds.filter(isMeant).map((kind): [RequestKind, number] => {
    const driver = driverOf(kind);
    const point = (run: MeasuredArchive) => ({
      x: archiveShape(run)[driver],
      y: run.requests[kind] ?? 0,
    });
    return [kind, Math.ceil(lineThrough([point(one), point(other)])(shape[driver]))];
  });
  return Object.fromEntries(counts);
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
