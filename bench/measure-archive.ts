import { createS3PrefixStore } from '../lambdas/stores/s3-prefix.ts';
import type { BenchCloud, BenchPlane } from './bench-cloud.ts';
import type { MeasuredArchive } from './measurement.ts';
import type { PlaneSize } from './size.ts';

export interface ArchiveRun {
  readonly ms: number;
  readonly archive: MeasuredArchive;
}

/**
 * Offboards a plane as far as its archive goes, through the workflow: from the plan to the end of the eviction.
 * @throws Error when the plane was not archived as a whole
 */
export async function measureArchive(
  bench: BenchCloud,
  plane: BenchPlane,
  size: PlaneSize,
): Promise<ArchiveRun> {
  bench.tally.between('Plan archive', 'Record archived');
  await bench.offboard(plane, { retentionDays: 365 });
  const { ms, requests } = bench.tally.span();
  const { body } = await bench.operator.call('GET', `/planes/${plane.planeId}/ledger`);
  const archived = body.entries.find((entry: { to: string | null }) => entry.to === 'ARCHIVED');
  if (archived?.data.objectCount !== size.objects)
    throw new Error(`${archived?.data.objectCount} of ${size.objects} objects were archived`);
  return { ms, archive: { ...size, requests, vault: await vaultOf(bench, plane) } };
}

async function vaultOf(
  { s3, vault }: BenchCloud,
  { planeId }: BenchPlane,
): Promise<MeasuredArchive['vault']> {
  let [versions, archivedBytes, standardBytes] = [0, 0, 0];
  const prefix = `planes/${planeId}/`;
  const store = createS3PrefixStore(s3, { kind: 's3-prefix', bucket: vault, prefix });
  for await (const page of store.inventory())
    for (const record of page) {
      versions += 1;
      if (record.kind !== 'object') continue;
      if (record.storageClass === 'STANDARD') standardBytes += record.size;
      else archivedBytes += record.size;
    }
  return { versions, archivedBytes, standardBytes };
}
