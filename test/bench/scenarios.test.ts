import { describe, expect, test } from 'vitest';
import { readMeasurement } from '../../bench/measurement.ts';
import { projectArchive, projectCopying } from '../../bench/projection.ts';

const KB = 1024;
const GB = 1024 ** 3;
const { basis } = readMeasurement();
const OPTIONS = { retentionDays: 180, packConcurrency: 40, packerMemoryMb: 1769 };

/**
 * The cost model made before there was any code, for 180 days: what the measured requests cost must be near it. It knew
 * of no index, no inventory and no purge, and of shards without a limit of members; docs/performance.md says what each adds.
 */
describe.each([
  {
    name: '10,000 x 100 KB',
    objects: 10_000,
    objectBytes: 100 * KB,
    copying: 0.52,
    product: 0.011,
  },
  { name: '10 million x 20 KB', objects: 1e7, objectBytes: 20 * KB, copying: 517, product: 5.45 },
  { name: '1,000 x 5 GB', objects: 1000, objectBytes: 5 * GB, copying: 29.32, product: 29.32 },
])('$name', ({ copying, product, ...size }) => {
  test('copying each object costs what the model says, within 3 %', () => {
    const { totalDollars } = projectCopying([size], OPTIONS);
    expect(totalDollars / copying).toBeGreaterThan(0.97);
    expect(totalDollars / copying).toBeLessThan(1.03);
  });

  test('this product costs what the model says, and a third more at the most', () => {
    const { totalDollars } = projectArchive([size], basis, OPTIONS);
    expect(totalDollars / product).toBeGreaterThan(0.95);
    expect(totalDollars / product).toBeLessThan(1.33);
  });
});
