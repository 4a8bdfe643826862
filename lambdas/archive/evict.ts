import type { StageContext, StageHandler, StageResult } from '../contract.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits } from '../core/archive-limits.ts';
import { OffboardingError } from '../core/errors.ts';
import type { ArchiveData } from '../core/ledger-state.ts';
import type { StoreDescriptor } from '../core/plane.ts';
import { retentionOf } from '../core/retention.ts';
import type { SealRecord } from '../core/seal-record.ts';
import type { VaultLayout } from '../core/vault-layout.ts';
import { createHoldWatch, type HoldWatch } from '../hold-watch.ts';
import type { LedgerReader } from '../ports.ts';
import { OBJECT_LOCKED } from '../stores/s3-removal.ts';
import type { Store } from '../stores/store.ts';
import { archiveStep } from './archive-step.ts';
import { assertSealed } from './assert-sealed.ts';
import { currentLayout, readShards } from './current-plan.ts';
import { type EvictionProgress, evictInventory, NOTHING_EVICTED } from './evict-inventory.ts';
import type { Vault } from './vault.ts';

export interface EvictPorts {
  readonly ledger: LedgerReader;
  readonly vault: Vault;
  readonly storeFor: (descriptor: StoreDescriptor) => Store;
  /** The shortest retention this deployment allows, in days. */
  readonly retentionFloorDays: number;
  readonly limits?: ArchiveLimits;
}

/**
 * Last step of the archive: removes from the stores exactly what lies sealed in the bag, then lists them again. What
 * changed or appeared since the inventory is still there afterwards, and the stage fails with `SOURCE_CHANGED`.
 */
export function createEvict({
  ledger,
  vault,
  storeFor,
  retentionFloorDays,
  limits = ARCHIVE_LIMITS,
}: EvictPorts): StageHandler<ArchiveData> {
  const execute = async (context: StageContext): Promise<StageResult<ArchiveData>> => {
    const { layout } = await currentLayout(vault, context);
    const seal = await assertSealed(vault, layout);
    const stores = context.plane.stores.map(storeFor);
    const shards = await readShards(vault, layout);
    const watch = watchEviction(
      createHoldWatch(ledger, context),
      () => context.remainingMs() < limits.stopBeforeMs,
    );
    const progress = await evictInventory(
      { vault, shards, stores, limits, mayGoOn: watch.mayGoOn },
      await readProgress(vault, layout),
    );
    // Asked once more, because to list large stores again takes minutes.
    if (!(await watch.mayGoOn())) {
      await vault.writeText(layout.evictionKey, JSON.stringify(progress));
      watch.assertNotHeld();
      return {
        status: 'pending',
        message: `${progress.shards} of ${shards.length} shard(s) evicted so far`,
      };
    }
    await assertEmpty(vault, layout, stores, progress);
    return {
      status: 'success',
      message: `${progress.removed} record(s) evicted, ${progress.alreadyAbsent} already gone, the stores are empty`,
      data: await archiveData(context, seal, layout),
    };
  };

  /** Written once: a repeated run reports the same retention, however much later it is. */
  const archiveData = async (
    { request, now }: StageContext,
    { archivePath, archiveSizeBytes, objectCount, manifestHash, tagManifestHash }: SealRecord,
    layout: VaultLayout,
  ): Promise<ArchiveData> => {
    const data: ArchiveData = {
      archivedAt: now.toISOString(),
      archivePath,
      archiveSizeBytes,
      objectCount,
      manifestHash,
      tagManifestHash,
      ...retentionOf(request, now, retentionFloorDays),
    };
    return JSON.parse(await vault.writeOnce(layout.archivedKey, JSON.stringify(data)));
  };

  return archiveStep({ step: 'evict', destructive: true, execute });
}

/** Stops an eviction when its time runs short or a hold is noticed; what it did until then is to be written down first. */
function watchEviction(askLedger: HoldWatch, isShort: () => boolean) {
  let asked = 0;
  let isOver = false;
  let held: { readonly by: unknown } | undefined;
  return {
    async mayGoOn(): Promise<boolean> {
      asked += 1;
      // However short an invocation is, it gets on.
      isOver ||= asked > 1 && isShort();
      if (!isOver)
        await askLedger().catch((error: unknown) => {
          isOver = true;
          held = { by: error };
        });
      return !isOver;
    },
    /** @throws OffboardingError `LEGAL_HOLD`, or what came of asking the ledger */
    assertNotHeld(): void {
      if (held) throw held.by;
    },
  };
}

async function readProgress(vault: Vault, layout: VaultLayout): Promise<EvictionProgress> {
  const text = await vault.readText(layout.evictionKey);
  return text === undefined ? NOTHING_EVICTED : (JSON.parse(text) as EvictionProgress);
}

/**
 * @throws OffboardingError `ARCHIVE_FAILED` when removals were refused, `LEGAL_HOLD` when only locked records are there,
 *   `SOURCE_CHANGED` when anything else is
 */
async function assertEmpty(
  vault: Vault,
  layout: VaultLayout,
  stores: readonly Store[],
  { failed, changed, shards }: EvictionProgress,
): Promise<void> {
  let left = 0;
  for (const store of stores) left += (await store.measure()).count;
  if (left === 0) return;
  // The next run must try every record again.
  if (shards > 0) await vault.writeText(layout.evictionKey, JSON.stringify(NOTHING_EVICTED));
  const { [OBJECT_LOCKED]: locked = 0, ...refused } = failed;
  const codes = Object.entries(refused).map(([code, count]) => `${code}: ${count}`);
  if (codes.length > 0)
    throw new OffboardingError(
      'ARCHIVE_FAILED',
      `${left} record(s) are left in the stores; removals were refused (${codes.join(', ')})`,
    );
  if (left === locked)
    throw new OffboardingError(
      'LEGAL_HOLD',
      `${locked} object version(s) came under S3 Object Lock since the inventory and were left in the stores`,
    );
  throw new OffboardingError(
    'SOURCE_CHANGED',
    `${left - locked} record(s) changed or appeared since the inventory and were left in the stores`,
    { details: { changed, locked } },
  );
}
