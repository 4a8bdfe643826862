import type { ArchiveLimits } from '../core/archive-limits.ts';
import type { Shard } from '../core/shard.ts';
import { inParallel } from '../stores/in-parallel.ts';
import type { RemovalReport, Store, StoreRecord } from '../stores/store.ts';
import { readMembers } from './read-members.ts';
import type { Vault } from './vault.ts';

/**
 * How far an eviction has come, each record counted once. Nothing here is needed for its correctness: from the start again
 * it ends the same, but what was removed before counts as already gone.
 */
export interface EvictionProgress {
  /** Shards that are done with. */
  readonly shards: number;
  /** Of the next shard the members still to come, as their numbers in it from 0; absent when that is all of them. */
  readonly members?: readonly number[];
  readonly removed: number;
  readonly removedBytes: number;
  readonly alreadyAbsent: number;
  readonly changed: number;
  /** Records that could not be removed, by the code of the refusal. */
  readonly failed: Readonly<Record<string, number>>;
}

export const NOTHING_EVICTED: EvictionProgress = {
  shards: 0,
  removed: 0,
  removedBytes: 0,
  alreadyAbsent: 0,
  changed: 0,
  failed: {},
};

interface EvictionWork {
  readonly vault: Vault;
  readonly shards: readonly Shard[];
  readonly stores: readonly Store[];
  readonly limits: Pick<ArchiveLimits, 'evictBatch' | 'evictionsAtOnce'>;
  /** Asked before each request that removes something. After a no it says no again. */
  readonly mayGoOn: () => Promise<boolean>;
}

/**
 * Removes what was inventoried, shard by shard. What cannot be removed, or is no longer what was archived, is left and
 * counted; the rest goes on.
 * @returns the progress made; with fewer shards than the plan has when it might not go on: call again with it
 */
export async function evictInventory(
  work: EvictionWork,
  from: EvictionProgress,
): Promise<EvictionProgress> {
  let progress = from;
  for (const shard of work.shards.slice(from.shards)) {
    progress = await evictShard(work, shard, progress);
    if (progress.members) return progress;
  }
  return progress;
}

async function evictShard(
  { vault, stores, limits, mayGoOn }: EvictionWork,
  shard: Shard,
  { members, ...from }: EvictionProgress,
): Promise<EvictionProgress> {
  const store = stores[shard.store];
  if (!store) throw new TypeError(`the plane has no store ${shard.store}`);
  const stillToCome = members && new Set(members);
  const open = [...(await readMembers(vault, shard)).entries()].filter(
    ([number]) => stillToCome?.has(number) ?? true,
  );
  const batches = Array.from({ length: Math.ceil(open.length / limits.evictBatch) }, (_, batch) =>
    open.slice(batch * limits.evictBatch, (batch + 1) * limits.evictBatch),
  );
  let progress: EvictionProgress = from;
  const left: number[] = [];
  // A batch of items is a request for each, already as many at once as a partition bears.
  const atOnce = store.descriptor.kind === 's3-prefix' ? limits.evictionsAtOnce : 1;
  await inParallel(batches, atOnce, async (batch) => {
    const records = batch.map(([, record]) => record);
    const report = (await mayGoOn()) ? await store.remove(records, { mayGoOn }) : undefined;
    const leftNames = new Set((report?.left ?? records).map(nameOf));
    for (const [number, record] of batch) if (leftNames.has(nameOf(record))) left.push(number);
    if (report) progress = plus(progress, report);
  });
  return left.length > 0
    ? { ...progress, members: left }
    : { ...progress, shards: progress.shards + 1 };
}

function nameOf(record: StoreRecord): string {
  return record.kind === 'item' ? record.key : `${record.versionId}/${record.key}`;
}

function plus(progress: EvictionProgress, report: RemovalReport): EvictionProgress {
  return {
    ...progress,
    removed: progress.removed + report.removed,
    removedBytes: progress.removedBytes + report.removedBytes,
    alreadyAbsent: progress.alreadyAbsent + report.alreadyAbsent,
    changed: progress.changed + report.changed.length,
    failed: countCodes(progress.failed, report.failed),
  };
}

function countCodes(
  before: Readonly<Record<string, number>>,
  failed: readonly { readonly code: string }[],
): Readonly<Record<string, number>> {
  const counts = { ...before };
  for (const { code } of failed) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
