import type { S3Client } from '@aws-sdk/client-s3';
import type { StageContext, StageHandler, StageResult } from '../contract.ts';
import { ARCHIVE_LIMITS } from '../core/archive-limits.ts';
import { type ArchivePlan, inventoryHashInput, shardsText } from '../core/archive-plan.ts';
import { sha256Hex } from '../core/canonical.ts';
import { OffboardingError } from '../core/errors.ts';
import { addTotals, NO_TOTALS } from '../core/inventory.ts';
import type { StoreDescriptor } from '../core/plane.ts';
import type { Shard } from '../core/shard.ts';
import type { VaultLayout } from '../core/vault-layout.ts';
import type { Store } from '../stores/store.ts';
import { archiveStep } from './archive-step.ts';
import { currentLayout, readPlan } from './current-plan.ts';
import { type InventoryProgress, NOTHING_LISTED, takeInventory } from './take-inventory.ts';
import type { Vault } from './vault.ts';

export interface PlanPorts {
  readonly s3: S3Client;
  readonly vault: Vault;
  readonly storeFor: (descriptor: StoreDescriptor) => Store;
  readonly limits?: typeof ARCHIVE_LIMITS;
}

/** What the distributed map and the next steps need to know of a plan. */
export interface PlanData {
  readonly shardCount: number;
  readonly shardsBucket: string;
  readonly shardsKey: string;
  readonly objectCount: number;
  readonly deleteMarkerCount: number;
  readonly archivedBytes: number;
  readonly inventoryHash: string;
}

/**
 * First step of the archive: lists every version, delete marker and item of every store into the vault, cut into shards.
 * A complete plan is kept as it is, so a repeated run packs, seals and evicts the very same records.
 */
export function createPlan({
  s3,
  vault,
  storeFor,
  limits = ARCHIVE_LIMITS,
}: PlanPorts): StageHandler<PlanData> {
  const execute = async (context: StageContext): Promise<StageResult<PlanData>> => {
    const { plan, layout } = await currentLayout(vault, context);
    const done = await readPlan(vault, layout);
    if (done)
      return {
        status: 'skipped',
        message: `plan ${plan} of ${done.shardCount} shard(s) is already there`,
        data: planData(vault, layout, done),
      };
    const { complete, progress } = await takeInventory(
      {
        s3,
        vault,
        layout,
        plan,
        limits,
        stores: context.plane.stores.map(storeFor),
        now: context.now,
        mustStop: () => context.remainingMs() < limits.stopBeforeMs,
      },
      await readProgress(vault, layout),
    );
    if (!complete) {
      await vault.writeText(layout.planProgressKey, JSON.stringify(progress));
      return {
        status: 'pending',
        message: `${progress.shards.length} shard(s) inventoried so far`,
      };
    }
    await assertArchivable(vault, layout, limits, progress);
    const written = await writePlan(vault, layout, plan, progress.shards, context.now);
    return {
      status: 'success',
      message: `${written.objectCount} object(s) of ${written.bytes} bytes in ${written.shardCount} shard(s)`,
      data: planData(vault, layout, written),
    };
  };
  return archiveStep({ step: 'plan', execute });
}

async function readProgress(vault: Vault, layout: VaultLayout): Promise<InventoryProgress> {
  const text = await vault.readText(layout.planProgressKey);
  // A version of this step that did not count everything may have begun.
  return { ...NOTHING_LISTED, ...(text !== undefined && JSON.parse(text)) };
}

/** @throws OffboardingError `LEGAL_HOLD` or `ARCHIVE_FAILED` with the number of records that stand in the way */
async function assertArchivable(
  vault: Vault,
  layout: VaultLayout,
  { objectMaxBytes }: typeof ARCHIVE_LIMITS,
  { unreadable, tooLarge, locked }: InventoryProgress,
): Promise<void> {
  if (unreadable + tooLarge + locked === 0) return;
  // The next run must list again, to see what has been restored or released by then.
  await vault.writeText(layout.planProgressKey, JSON.stringify(NOTHING_LISTED));
  if (locked > 0)
    throw new OffboardingError(
      'LEGAL_HOLD',
      `${locked} object version(s) are under a legal hold or a retention of S3 Object Lock: nobody can evict them before it ends`,
    );
  if (tooLarge > 0)
    throw new OffboardingError(
      'ARCHIVE_FAILED',
      `${tooLarge} object(s) are larger than ${objectMaxBytes} bytes, the most that one packer can hash`,
    );
  throw new OffboardingError(
    'ARCHIVE_FAILED',
    `${unreadable} object(s) lie in an archive storage class: restore them first, then start again`,
  );
}

/** `plan.json` is written last: while it is missing, nothing has been planned. */
async function writePlan(
  vault: Vault,
  layout: VaultLayout,
  plan: number,
  shards: readonly Shard[],
  now: Date,
): Promise<ArchivePlan> {
  const { sha256 } = await vault.writeText(layout.shardsKey, shardsText(shards));
  const written: ArchivePlan = {
    plan,
    plannedAt: now.toISOString(),
    shardCount: shards.length,
    shardsSha256: sha256,
    inventoryHash: await sha256Hex(inventoryHashInput(shards)),
    ...shards.reduce(addTotals, NO_TOTALS),
  };
  await vault.writeText(layout.planKey, JSON.stringify(written));
  return written;
}

function planData(vault: Vault, layout: VaultLayout, plan: ArchivePlan): PlanData {
  const { shardCount, objectCount, deleteMarkerCount, bytes, inventoryHash } = plan;
  return {
    shardCount,
    shardsBucket: vault.bucket,
    shardsKey: layout.shardsKey,
    objectCount,
    deleteMarkerCount,
    archivedBytes: bytes,
    inventoryHash,
  };
}
