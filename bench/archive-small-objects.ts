import { randomBytes } from 'node:crypto';
import { ARCHIVE_LIMITS } from '../lambdas/core/archive-limits.ts';
import type { FilledVersion } from '../local/s3/fill-bucket.ts';
import { archiveShape } from './archive-shape.ts';
import { type BenchCloud, type BenchPlane, PLANE_BUCKET } from './bench-cloud.ts';
import { buildFunction } from './build-function.ts';
import type { ReadObjectsEvent } from './functions/read-objects.lambda.ts';
import { type ArchiveRun, measureArchive } from './measure-archive.ts';
import type { Measure } from './measures.ts';
import { median } from './median.ts';
import { chargeOf, isArchiveWrite, type RequestKind } from './request-kind.ts';
import { formatSize } from './size.ts';

/** A function for each floor: reads by one client would warm the process up for the other. */
const READERS = { plain: 'bench-read-plain', packer: 'bench-read-packer' } as const;

/** Many small documents: what their archive asks of S3, and how much longer it takes than reading them. */
export const archiveSmallObjects: Measure = async ({ startCloud, size, progress }) => {
  const { smallObjects: objects, smallBytes: objectBytes } = size;
  await using bench = await startCloud();
  for (const name of Object.values(READERS)) {
    const reader = await buildFunction(name, { file: 'bench/functions/read-objects.lambda.ts' });
    await bench.deploy(name, reader, 'archive-pack');
  }

  const few = await measureArchive(
    bench,
    await bench.plane((prefix) => documents(prefix, size.fewSmallObjects, objectBytes)),
    { objects: size.fewSmallObjects, objectBytes },
  );
  const runs: ArchiveRun[] = [];
  const floors = { plain: [] as number[], packer: [] as number[] };
  // The first round warms all processes up alike, and does not count: the code of a cold one is not yet compiled.
  for (let run = 0; run <= size.smallRepeats; run += 1) {
    const plane = await bench.plane((prefix) => documents(prefix, objects, objectBytes));
    const plainMs = await readEachOnce(bench, plane, { objects, objectBytes }, 'plain');
    const packerMs = await readEachOnce(bench, plane, { objects, objectBytes }, 'packer');
    const archived = await measureArchive(bench, plane, { objects, objectBytes });
    if (run > 0) {
      floors.plain.push(plainMs);
      floors.packer.push(packerMs);
      runs.push(archived);
    }
    progress(
      `${run > 0 ? `run ${run}` : 'warm-up'}: read in ${seconds(plainMs)}, by the packer's client in ${seconds(packerMs)}, archived in ${seconds(archived.ms)}`,
    );
  }

  // Requests do not differ between runs but by retries: the worst run counts.
  const worst = (of: (kind: RequestKind) => boolean) =>
    Math.max(...runs.map(({ archive }) => count(archive.requests, of)));
  const claim = `archive ${objects.toLocaleString('en-US')} objects of ${formatSize(objectBytes)}`;
  const { shards, batches } = archiveShape({ objects, objectBytes });
  const time = (beside: readonly number[]) => ({
    unit: 'ms' as const,
    measured: median(runs.map(({ ms }) => ms)),
    floor: median(beside),
    samples: { measured: runs.map(({ ms }) => ms), floor: beside },
  });
  const [archive] = runs.map((run) => run.archive);
  if (!archive) throw new Error('nothing was measured');
  return {
    figures: [
      {
        claim: `${claim}: GET and HEAD requests`,
        unit: 'count',
        measured: worst((kind) => chargeOf(kind) === 'get'),
        floor: objects,
        limit: { of: 'measured', atMost: objects + 50 },
      },
      {
        claim: `${claim}: PUT-class requests to the archive tier`,
        unit: 'count',
        measured: worst(isArchiveWrite),
        floor: shards,
        limit: { of: 'measured', atMost: objects / 500 },
      },
      {
        claim: `${claim}: DeleteObjects requests`,
        unit: 'count',
        measured: worst((kind) => kind.startsWith('DeleteObjects ')),
        floor: batches,
        limit: { of: 'measured', atMost: Math.ceil(objects / 1000) + 2 },
      },
      { ...time(floors.plain), claim: `${claim}: time`, limit: { of: 'ratio', atMost: 1.4 } },
      { ...time(floors.packer), claim: `${claim}: the same, beside reads by the packer's client` },
    ],
    basis: { packed: [few.archive, archive] },
  };
};

export function* documents(
  prefix: string,
  count: number,
  bytes: number,
): Generator<FilledVersion & { readonly key: string }> {
  // One content for all: nothing looks for equal ones, and the memory of this process is not what is measured.
  const body = randomBytes(bytes);
  for (let number = 1; number <= count; number += 1)
    yield { key: documentKey(prefix, number), body };
}

export function documentKey(prefix: string, number: number): string {
  return `${prefix}documents/${String(number).padStart(8, '0')}.md`;
}

/** In as many processes as there are shards, each with as many reads under way as a packer has. */
async function readEachOnce(
  bench: BenchCloud,
  plane: BenchPlane,
  size: { readonly objects: number; readonly objectBytes: number },
  client: keyof typeof READERS,
): Promise<number> {
  const versions = await bench.versionsOf(plane);
  const { shards } = archiveShape(size);
  const each = Math.ceil(size.objects / shards);
  const startedAt = performance.now();
  const read = await Promise.all(
    Array.from({ length: shards }, (_, shard) => {
      const event: ReadObjectsEvent = {
        bucket: PLANE_BUCKET,
        versions: versions.slice(shard * each, (shard + 1) * each),
        parallel: ARCHIVE_LIMITS.readsAtOnce,
        client,
      };
      return bench.cloud.lambda.invoke(READERS[client], event) as Promise<number>;
    }),
  );
  const ms = performance.now() - startedAt;
  const bytes = read.reduce((sum, part) => sum + part, 0);
  if (bytes !== size.objects * size.objectBytes) throw new Error(`${bytes} bytes were read`);
  return ms;
}

function count(
  requests: Readonly<Record<RequestKind, number>>,
  of: (kind: RequestKind) => boolean,
): number {
  return (Object.entries(requests) as [RequestKind, number][]).reduce(
    (sum, [kind, calls]) => (of(kind) ? sum + calls : sum),
    0,
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
