import type { S3Client } from '@aws-sdk/client-s3';
import type { StageContext, StageHandler, StageResult } from '../contract.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits } from '../core/archive-limits.ts';
import type { SealRecord } from '../core/seal-record.ts';
import type { VaultLayout } from '../core/vault-layout.ts';
import { abortUploads } from '../stores/s3-uploads.ts';
import { archiveStep } from './archive-step.ts';
import { readSeal } from './assert-sealed.ts';
import { currentLayout, readShards, requirePlan } from './current-plan.ts';
import { whyNotPacked } from './pack-failure.ts';
import type { Vault } from './vault.ts';
import { verifyPacked } from './verify-packed.ts';
import { writeBag } from './write-bag.ts';

export interface SealPorts {
  readonly s3: S3Client;
  readonly vault: Vault;
  readonly limits?: ArchiveLimits;
}

/**
 * Third step of the archive: proves that what the packers wrote is what was inventoried, and closes the bag over it.
 * Any difference is `INTEGRITY_MISMATCH`; nothing has been evicted by then. What one invocation cannot verify, the next does.
 * With `packingFailed`, the name of an attempt whose packers gave up, it seals nothing and fails under the code of what they met.
 */
export function createSeal({
  s3,
  vault,
  limits = ARCHIVE_LIMITS,
}: SealPorts): StageHandler<SealRecord> {
  const execute = async (context: StageContext): Promise<StageResult<SealRecord>> => {
    const { packingFailed } = context.input;
    if (typeof packingFailed === 'string') throw await whyNotPacked(vault, context, packingFailed);
    const { layout } = await currentLayout(vault, context);
    const before = await readSeal(vault, layout);
    if (before) return { status: 'skipped', message: 'the bag is already sealed', data: before };
    const plan = await requirePlan(vault, layout);
    const shards = await readShards(vault, layout);
    const from = await readProgress(vault, layout);
    const mustStop = () => context.remainingMs() < limits.stopBeforeMs;
    const verified = await verifyPacked(
      { vault, layout, limits, mustStop },
      plan,
      shards,
      from,
    ).catch(async (error: unknown) => {
      // What is packed anew must be verified anew.
      if (from > 0) await writeProgress(vault, layout, 0);
      throw error;
    });
    if (verified < plan.shardCount) {
      await writeProgress(vault, layout, verified);
      return {
        status: 'pending',
        message: `${verified} of ${plan.shardCount} shard(s) verified so far`,
      };
    }
    // Every payload has arrived, so whatever is still being uploaded was left by a crash, or by a packer of this plan or a void
    // one that lags behind: nobody waits for it, and no packer will start in its place to abort it.
    await abortUploads(s3, { bucket: vault.bucket, prefix: layout.offboardingPrefix });
    const { objectCount, deleteMarkerCount, inventoryHash } = plan;
    const bag = await writeBag({ s3, vault, layout, limits, context }, plan, shards);
    const seal: SealRecord = { ...bag, objectCount, deleteMarkerCount, inventoryHash };
    await vault.writeText(layout.sealKey, JSON.stringify(seal));
    return {
      status: 'success',
      message: `${seal.objectCount} object(s) sealed in ${seal.payloadCount} payload(s) of a bag of ${seal.archiveSizeBytes} bytes`,
      data: seal,
    };
  };
  return archiveStep({ step: 'seal', execute });
}

interface SealProgress {
  /** Shards that are verified. From the start again, a seal ends the same. */
  readonly shards: number;
}

async function readProgress(vault: Vault, layout: VaultLayout): Promise<number> {
  const text = await vault.readText(layout.sealProgressKey);
  return text === undefined ? 0 : (JSON.parse(text) as SealProgress).shards;
}

async function writeProgress(vault: Vault, layout: VaultLayout, shards: number): Promise<void> {
  await vault.writeText(layout.sealProgressKey, JSON.stringify({ shards } satisfies SealProgress));
}
