import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { CopyObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { ARCHIVE_LIMITS } from '../lambdas/core/archive-limits.ts';
import { documentKey } from './archive-small-objects.ts';
import { type BenchCloud, type BenchPlane, PLANE_BUCKET } from './bench-cloud.ts';
import { buildFunction } from './build-function.ts';
import type { CopyObjectsEvent } from './functions/copy-objects.lambda.ts';
import { type ArchiveRun, measureArchive } from './measure-archive.ts';
import type { Measure } from './measures.ts';
import { median } from './median.ts';
import { formatSize } from './size.ts';

const COPIER = 'bench-copy-objects';
const ORIGINAL = 'originals/large';

/** A few large documents, which are copied on the server side: what everything around the copies costs. */
export const archiveLargeObjects: Measure = async ({ startCloud, size, progress }) => {
  const { largeObjects: objects, largeBytes: objectBytes } = size;
  await using bench = await startCloud();
  const copier = await buildFunction(COPIER, { file: 'bench/functions/copy-objects.lambda.ts' });
  await bench.deploy(COPIER, copier, 'archive-pack');
  await putOriginal(bench, objectBytes);

  const few = await measureArchive(bench, await copiesOfOriginal(bench, size.fewLargeObjects), {
    objects: size.fewLargeObjects,
    objectBytes,
  });
  const runs: ArchiveRun[] = [];
  const floors: number[] = [];
  for (let run = 1; run <= size.repeats; run += 1) {
    const plane = await copiesOfOriginal(bench, objects);
    const floorMs = await copyEachOnce(bench, plane, objects);
    const archived = await measureArchive(bench, plane, { objects, objectBytes });
    floors.push(floorMs);
    runs.push(archived);
    progress(
      `run ${run}: copied in ${floorMs.toFixed(0)} ms, archived in ${archived.ms.toFixed(0)} ms`,
    );
  }
  const [archive] = runs.map((run) => run.archive);
  if (!archive) throw new Error('nothing was measured');
  return {
    figures: [
      {
        claim: `archive ${objects} objects of ${formatSize(objectBytes)}: time`,
        unit: 'ms',
        measured: median(runs.map(({ ms }) => ms)),
        floor: median(floors),
        samples: { measured: runs.map(({ ms }) => ms), floor: floors },
        limit: { of: 'ratio', atMost: 1.3 },
      },
    ],
    basis: { copied: [few.archive, archive] },
  };
};

/** Streamed, so that the bench never holds it. */
async function putOriginal({ s3 }: BenchCloud, bytes: number): Promise<void> {
  const block = randomBytes(1024 ** 2);
  const blocks = function* () {
    for (let left = bytes; left > 0; left -= block.length) yield block.subarray(0, left);
  };
  await s3.send(
    new PutObjectCommand({
      Bucket: PLANE_BUCKET,
      Key: ORIGINAL,
      Body: Readable.from(blocks()),
      ContentLength: bytes,
    }),
  );
}

/** Copies share the original's bytes in the embedded S3, so a plane of gigabytes is there at once. */
async function copiesOfOriginal(bench: BenchCloud, count: number): Promise<BenchPlane> {
  const plane = await bench.plane();
  for (let number = 1; number <= count; number += 1)
    await bench.s3.send(
      new CopyObjectCommand({
        Bucket: PLANE_BUCKET,
        Key: documentKey(plane.prefix, number),
        CopySource: `${PLANE_BUCKET}/${ORIGINAL}`,
      }),
    );
  return plane;
}

/** Into the vault's bucket, beside the archives, with as many copies under way as a packer has. */
async function copyEachOnce(
  bench: BenchCloud,
  plane: BenchPlane,
  objects: number,
): Promise<number> {
  const event: CopyObjectsEvent = {
    bucket: PLANE_BUCKET,
    versions: await bench.versionsOf(plane),
    target: { bucket: bench.vault, prefix: 'planes/bench/' },
    parallel: ARCHIVE_LIMITS.copiesAtOnce,
  };
  const startedAt = performance.now();
  const copied = await bench.cloud.lambda.invoke(COPIER, event);
  const ms = performance.now() - startedAt;
  if (copied !== objects) throw new Error(`${copied} of ${objects} objects were copied`);
  return ms;
}
