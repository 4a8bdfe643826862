import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { vaultLayout } from '../lambdas/core/vault-layout.ts';
import type { FilledVersion } from '../local/s3/fill-bucket.ts';
import { PLANE_BUCKET } from './bench-cloud.ts';
import { buildFunction } from './build-function.ts';
import { deactivateOnly } from './deactivate-only.ts';
import type { ListVersionsEvent } from './functions/list-versions.lambda.ts';
import type { Measure } from './measures.ts';
import { median } from './median.ts';
import { formatSize, MB } from './size.ts';

const LISTER = 'bench-list-versions';

/** How much more memory an inventory needs when the plane is ten times as large, and how much more a bare listing of it. */
export const inventoryMemory: Measure = async ({ startCloud, size, progress }) => {
  const { inventoriedVersions: versions } = size;
  await using bench = await startCloud();
  const lister = await buildFunction(LISTER, { file: 'bench/functions/list-versions.lambda.ts' });
  await bench.deploy(LISTER, lister, 'archive-plan');
  const medianPeaks = async (count: number) => {
    const plane = await bench.plane((prefix) => history(prefix, count));
    const stage = await deactivateOnly(bench, plane);
    const { planKey } = vaultLayout(plane.planeId, stage.offboardingId);
    const listing: ListVersionsEvent = { bucket: PLANE_BUCKET, prefix: plane.prefix };
    const planned: number[] = [];
    const listed: number[] = [];
    for (let run = 1; run <= size.repeats; run += 1) {
      listed.push((await bench.invokeFresh(LISTER, listing)).peakMemoryBytes);
      // Without it nothing counts as planned.
      await bench.s3.send(new DeleteObjectCommand({ Bucket: bench.vault, Key: planKey }));
      const plan = await bench.invokeFresh(bench.functionName('archive-plan'), stage);
      planned.push(plan.peakMemoryBytes);
    }
    progress(
      `${count.toLocaleString('en-US')} versions: ${planned.map(formatSize).join(', ')}; listed only: ${listed.map(formatSize).join(', ')}`,
    );
    return { planned: median(planned), listed: median(listed) };
  };
  const tenth = await medianPeaks(versions / 10);
  const whole = await medianPeaks(versions);
  return {
    figures: [
      {
        claim: `inventory ${versions.toLocaleString('en-US')} versions: memory growth from 10 % to 100 %`,
        unit: 'bytes',
        measured: whole.planned - tenth.planned,
        // A listing keeps nothing either; when V8 happens to collect more of the longer one, that is no growth.
        floor: Math.max(0, whole.listed - tenth.listed),
        limit: { of: 'measured', atMost: 20 * MB },
      },
    ],
  };
};

const BODY = Buffer.from('x');

/** So many versions: of every five keys one has an older version, and another a delete marker on top. */
function* history(prefix: string, versions: number): Generator<FilledVersion> {
  let made = 0;
  for (let number = 1; made < versions; number += 1) {
    const key = `${prefix}documents/${String(number).padStart(8, '0')}.md`;
    const bodies = [
      BODY,
      ...(number % 5 === 1 ? [BODY] : []),
      ...(number % 5 === 2 ? [undefined] : []),
    ];
    for (const body of bodies.slice(0, versions - made)) {
      made += 1;
      yield { key, body };
    }
  }
}
