import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { archiveSmallObjects } from '../../bench/archive-small-objects.ts';
import { type BenchCloud, startBenchCloud } from '../../bench/bench-cloud.ts';
import type { Figure } from '../../bench/figure.ts';
import { inventoryMemory } from '../../bench/inventory-memory.ts';
import { type BenchSize, type Measure, QUICK_SIZE } from '../../bench/measures.ts';
import { offboardingCost } from '../../bench/offboarding-cost.ts';
import { packMemory } from '../../bench/pack-memory.ts';
import { purgeRequests } from '../../bench/purge-requests.ts';

const KB = 1024;
const MB = 1024 ** 2;

/** What the bench claims of the full sizes, measured by the bench's own code at sizes that take seconds. Times are left out. */
const SIZE: BenchSize = {
  ...QUICK_SIZE,
  smallObjects: 1000,
  fewSmallObjects: 10,
  // One payload of one part.
  smallBytes: 10 * KB,
  // V8 lets garbage pile up before it collects any: 10,000 versions end before that, at 115 to 135 MB, but 30,000 and more
  // come to 135 to 145 MB, however many. A tenth of fewer than these would take that for growth.
  inventoriedVersions: 300_000,
  purgedVersions: 3000,
  repeats: 1,
  smallRepeats: 1,
};

let bench: BenchCloud;
beforeAll(async () => {
  bench = await startBenchCloud(inject('assemblyDirectory'));
});
afterAll(() => bench[Symbol.asyncDispose]());

/** On one cloud for all of them, because starting each Lambda anew takes longer than most of what is measured here. */
async function figuresOf(measure: Measure, size = SIZE): Promise<ReadonlyMap<string, Figure>> {
  const startCloud = async () => ({ ...bench, [Symbol.asyncDispose]: async () => undefined });
  const { figures } = await measure({ startCloud, size, progress: () => undefined });
  return new Map(figures.map((figure) => [figure.claim, figure]));
}

function measured(figures: ReadonlyMap<string, Figure>, claim: string): number {
  const figure = figures.get(claim);
  if (!figure) throw new Error(`nothing claims ${claim}, but ${[...figures.keys()].join('; ')}`);
  return figure.measured;
}

// Those first that let a year pass, in which nothing else must be waiting for its purge.
test('an offboarding with retention takes at most 30 state transitions and 12 ledger writes', async () => {
  const figures = await figuresOf(offboardingCost);
  const claim = (what: string) => measured(figures, `one offboarding with retention: ${what}`);
  expect(claim('state transitions')).toBeLessThanOrEqual(30);
  expect(claim('ledger writes')).toBeLessThanOrEqual(12);
}, 180_000);

test('purging 3,000 versions takes a listing and a removal per 1,000, and 20 requests more at most', async () => {
  const figures = await figuresOf(purgeRequests);
  expect(measured(figures, 'purge 3,000 versions: requests to S3')).toBeLessThanOrEqual(26);
}, 180_000);

test('archiving 1,000 small objects reads each once, writes one payload and removes them in one request', async () => {
  const figures = await figuresOf(archiveSmallObjects);
  const claim = (what: string) => measured(figures, `archive 1,000 objects of 10 KB: ${what}`);
  expect(claim('GET and HEAD requests')).toBeLessThanOrEqual(1050);
  expect(claim('PUT-class requests to the archive tier')).toBeLessThanOrEqual(2);
  expect(claim('DeleteObjects requests')).toBeLessThanOrEqual(3);
}, 180_000);

test('a packer keeps none of what it packs: 128 MB more in its shard take less than 40 MB', async () => {
  const peaksOf = async (shardBytes: number) => {
    const figures = await figuresOf(packMemory, { ...SIZE, smallBytes: 128 * KB, shardBytes });
    return Array.from(figures.values(), (figure) => figure.measured / MB);
  };
  // A smaller shard does not fill the parts that are under way, 80 MB, and would take the rest of them for growth.
  const small = await peaksOf(96 * MB);
  const large = await peaksOf(224 * MB);
  expect(large).toHaveLength(4);
  // 10 to 20 MB as it is, and some 125 in a packer that keeps the parts it has sent.
  const growth = large.map((peak, shape) => peak - (small[shape] ?? Number.NaN));
  for (const grown of growth) expect(grown).toBeLessThan(40);
}, 180_000);

test('an inventory keeps no records: 270,000 more of them take some 120 MB, and no more than runs differ', async () => {
  const figures = await figuresOf(inventoryMemory);
  expect(
    measured(figures, 'inventory 300,000 versions: memory growth from 10 % to 100 %'),
    // Single runs lie 20 MB apart, and this is the difference of two; the bench takes medians.
  ).toBeLessThan(40 * MB);
}, 240_000);
