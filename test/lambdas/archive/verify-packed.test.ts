import { afterEach, expect, test } from 'vitest';
import { type ArchivePlan, parseShards, shardsText } from '../../../lambdas/core/archive-plan.ts';
import type { PackReport } from '../../../lambdas/core/pack-report.ts';
import { vaultLayout } from '../../../lambdas/core/vault-layout.ts';
import { type ArchiveWorld, startArchiveWorld } from '../../support/archive-world.ts';
import { OFFBOARDING_ID, PLANE_ID } from '../../support/builders.ts';

let world: ArchiveWorld;
afterEach(() => world.close());

const LAYOUT = vaultLayout(PLANE_ID, OFFBOARDING_ID);
const PLAN = LAYOUT.planKey;
const [FIRST, SECOND] = [LAYOUT.packReportKey('00001'), LAYOUT.packReportKey('00002')];
const PAYLOAD = 'data/shard-00001/objects.tar';

/** Two shards of small documents in several versions, one of them hidden, and nothing wrong with them yet. */
async function startPacked(): Promise<void> {
  world = await startArchiveWorld();
  for (let number = 0; number < 8; number += 1) await world.put(`page-${number}.md`, `${number}`);
  await world.hide('page-0.md');
  await world.planAndPack();
}

/** Changes what somebody wrote into the vault. */
async function edit<T extends object>(key: string, change: (before: T) => Partial<T>) {
  const before = JSON.parse((await world.vault.readText(key)) ?? '') as T;
  await world.vault.writeText(key, JSON.stringify({ ...before, ...change(before) }));
}

const editReport = (key: string, change: (before: PackReport) => Partial<PackReport>) =>
  edit(key, change);
const editPlan = (change: (before: ArchivePlan) => Partial<ArchivePlan>) => edit(PLAN, change);

/** A SHA-256 of something else. */
const OTHER = 'f'.repeat(64);

const TOTALS = ['objectCount', 'deleteMarkerCount', 'bytes'] as const;

/** Nothing is sealed, the seal says where it differs, and no eviction follows. */
async function expectDifferences(...differences: readonly string[]): Promise<void> {
  const before = await world.open(world.documents).measure();
  expect(await world.run('seal')).toMatchObject({
    status: 'failure',
    errorCode: 'INTEGRITY_MISMATCH',
    errorDetails: { differences },
  });
  expect(await world.vault.readText(LAYOUT.sealKey)).toBeUndefined();
  expect(await world.run('evict')).toMatchObject({ errorCode: 'ARCHIVE_FAILED' });
  expect(await world.open(world.documents).measure()).toEqual(before);
}

test('what was packed as it was inventoried is sealed', async () => {
  await startPacked();
  expect(await world.run('seal')).toMatchObject({ status: 'success', data: { objectCount: 8 } });
});

test.each(TOTALS)('a packer that reports another %s than was planned differs', async (total) => {
  await startPacked();
  await editReport(FIRST, ({ [total]: count }) => ({ [total]: count + 1 }));
  await expectDifferences('shard 00001', 'totals');
});

test.each(TOTALS)('packers whose differences in %s cancel each other out differ', async (total) => {
  await startPacked();
  await editReport(FIRST, ({ [total]: count }) => ({ [total]: count + 1 }));
  await editReport(SECOND, ({ [total]: count }) => ({ [total]: count - 1 }));
  await expectDifferences('shard 00001', 'shard 00002');
});

test.each(TOTALS)('a plan of another %s than its shards have differs', async (total) => {
  await startPacked();
  await editPlan(({ [total]: count }) => ({ [total]: count + 1 }));
  await expectDifferences('totals');
});

test('a packer that had another list of members differs', async () => {
  await startPacked();
  await editReport(FIRST, () => ({ membersSha256: OTHER }));
  await expectDifferences('shard 00001');
});

test.each([
  ['inventory', { inventoryHash: OTHER }],
  ['shard list', { shardsSha256: OTHER }],
])('a plan with the hash of another %s differs', async (difference, change) => {
  await startPacked();
  await editPlan(() => change);
  await expectDifferences(difference);
});

test('a shard list that names other members differs from the plan and from the packers', async () => {
  await startPacked();
  const [first, ...rest] = parseShards((await world.vault.readText(LAYOUT.shardsKey)) ?? '');
  if (!first) throw new Error('no shard');
  await world.vault.writeText(
    LAYOUT.shardsKey,
    shardsText([{ ...first, membersSha256: OTHER }, ...rest]),
  );
  await expectDifferences('shard list', 'inventory', 'shard 00001');
});

test('a payload of the same length with other bytes differs', async () => {
  await startPacked();
  const key = LAYOUT.bagKey(PAYLOAD);
  const { bytes = 0 } = (await world.vault.readStored(key)) ?? {};
  expect(bytes).toBeGreaterThan(0);
  await world.vault.writeText(key, '!'.repeat(bytes));
  await expectDifferences(PAYLOAD);
});

test('a payload of another length than was reported differs, under the very checksum', async () => {
  await startPacked();
  await editReport(FIRST, ({ payloads }) => ({
    payloads: payloads.map((payload) => ({ ...payload, bytes: payload.bytes + 1 })),
  }));
  await expectDifferences(PAYLOAD);
});
