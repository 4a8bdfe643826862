import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { vaultLayout } from '../lambdas/core/vault-layout.ts';
import type { FilledVersion } from '../local/s3/fill-bucket.ts';
import { deactivateOnly } from './deactivate-only.ts';
import type { Measure } from './measures.ts';
import { median } from './median.ts';
import { formatSize, MB } from './size.ts';

/** How much more memory an inventory needs when the plane is ten times as large. */
export const inventoryMemory: Measure = async ({ startCloud, size, progress }) => {
  const { inventoriedVersions: versions } = size;
  await using bench = await startCloud();
  const medianPeak = async (count: number) => {
    const plane = await bench.plane((prefix) => history(prefix, count));
    const stage = await deactivateOnly(bench, plane);
    const { planKey } = vaultLayout(plane.planeId, stage.offboardingId);
    const peaks: number[] = [];
    for (let run = 1; run <= size.repeats; run += 1) {
      // Without it nothing counts as planned.
      await bench.s3.send(new DeleteObjectCommand({ Bucket: bench.vault, Key: planKey }));
      const { peakMemoryBytes } = await bench.invokeFresh(
        bench.functionName('archive-plan'),
        stage,
      );
      peaks.push(peakMemoryBytes);
    }
    progress(`${count.toLocaleString('en-US')} versions: ${peaks.map(formatSize).join(', ')}`);
    return median(peaks);
  };
  const tenth = await medianPeak(versions / 10);
  const whole = await medianPeak(versions);
  return {
    figures: [
      {
        claim: `inventory ${versions.toLocaleString('en-US')} versions: memory growth from 10 % to 100 %`,
        unit: 'bytes',
        measured: whole - tenth,
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
