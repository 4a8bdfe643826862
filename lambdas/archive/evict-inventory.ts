import type { ArchiveLimits } from '../core/archive-limits.ts';
import type { Shard } from '../core/shard.ts';
import type { HoldWatch } from '../hold-watch.ts';
import { inParallel } from '../stores/in-parallel.ts';
import type { Store } from '../stores/store.ts';
import { readMembers } from './read-members.ts';
import type { Vault } from './vault.ts';

/** How far an eviction has come. Nothing here is needed for its correctness: from the start again, it ends the same. */
export interface EvictionProgress {
  /** Shards that are done with. */
  readonly shards: number;
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
  readonly mustStop: () => boolean;
  readonly mayGoOn: HoldWatch;
}

/**
 * Removes what was inventoried, shard by shard. What cannot be removed, or is no longer what was archived, is left and
 * counted; the rest goes on.
 * @returns the progress made; with fewer shards than the plan has when time ran short: call again with it
 * @throws OffboardingError `LEGAL_HOLD` before the next request that would remove something after a hold was noticed
 */
export async function evictInventory(
  { vault, shards, stores, limits, mustStop, mayGoOn }: EvictionWork,
  from: EvictionProgress,
): Promise<EvictionProgress> {
  let progress = from;
  for (const shard of shards.slice(from.shards)) {
    if (mustStop()) return progress;
    const store = stores[shard.store];
    if (!store) throw new TypeError(`the plane has no store ${shard.store}`);
    const members = await readMembers(vault, shard);
    const batches = Array.from(
      { length: Math.ceil(members.length / limits.evictBatch) },
      (_, batch) => members.slice(batch * limits.evictBatch, (batch + 1) * limits.evictBatch),
    );
    // A batch of items is a request for each, already as many at once as a partition bears.
    const atOnce = store.descriptor.kind === 's3-prefix' ? limits.evictionsAtOnce : 1;
    const reports = await inParallel(batches, atOnce, async (batch) => {
      await mayGoOn();
      return store.remove(batch, {
        async mayGoOn() {
          await mayGoOn();
          return true;
        },
      });
    });
    for (const report of reports)
      progress = {
        ...progress,
        removed: progress.removed + report.removed,
        removedBytes: progress.removedBytes + report.removedBytes,
        alreadyAbsent: progress.alreadyAbsent + report.alreadyAbsent,
        changed: progress.changed + report.changed.length,
        failed: countCodes(progress.failed, report.failed),
      };
    progress = { ...progress, shards: progress.shards + 1 };
  }
  return progress;
}

function countCodes(
  before: Readonly<Record<string, number>>,
  failed: readonly { readonly code: string }[],
): Readonly<Record<string, number>> {
  const counts = { ...before };
  for (const { code } of failed) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
