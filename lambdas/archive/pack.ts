import type { S3Client, StorageClass } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import type { StageContext, StageHandler, StageResult } from '../contract.ts';
import { ARCHIVE_LIMITS } from '../core/archive-limits.ts';
import { isOffboardingError, type OffboardingError } from '../core/errors.ts';
import type { PackReport } from '../core/pack-report.ts';
import type { StoreDescriptor } from '../core/plane.ts';
import { type Shard, shardSchema } from '../core/shard.ts';
import { vaultLayout } from '../core/vault-layout.ts';
import type { RecordReader } from '../stores/record-reader.ts';
import { abortUploads } from '../stores/s3-uploads.ts';
import { archiveStep } from './archive-step.ts';
import { readSeal } from './assert-sealed.ts';
import type { PackFailure } from './pack-failure.ts';
import { packShard } from './pack-shard.ts';
import { readMembers } from './read-members.ts';
import type { Vault } from './vault.ts';
import { missingFiles } from './verify-packed.ts';

export interface PackPorts {
  readonly s3: S3Client;
  readonly vault: Vault;
  readonly storageClass: StorageClass;
  readonly readerFor: (descriptor: StoreDescriptor) => RecordReader;
  readonly limits?: typeof ARCHIVE_LIMITS;
}

export interface PackData {
  readonly shardId: string;
  readonly objectCount: number;
  readonly deleteMarkerCount: number;
  readonly bytes: number;
  readonly payloadCount: number;
}

/** A shard, and the name of the execution that has it packed. */
const workSchema = z.object({
  shard: shardSchema,
  attempt: z.string().check(z.minLength(1)),
});

/**
 * Second step of the archive, once per shard: copies its members into the vault, straight into the archive class.
 * A member that changed since the inventory voids the plan, because nothing has been evicted yet: the next start of the
 * offboarding inventories again instead of failing on the same record for ever.
 */
export function createPack({
  s3,
  vault,
  storageClass,
  readerFor,
  limits = ARCHIVE_LIMITS,
}: PackPorts): StageHandler<PackData> {
  const execute = async (context: StageContext): Promise<StageResult<PackData>> => {
    const { shard, attempt } = workSchema.parse(context.input);
    const layout = vaultLayout(context.planeId, context.offboardingId, shard.plan);
    const reportKey = layout.packReportKey(shard.shardId);
    const before = await vault.readText(reportKey);
    if (before !== undefined) {
      const report = JSON.parse(before) as PackReport;
      // Not skipped when sealing found a payload damaged: packing again heals it, as long as nothing has been evicted.
      const intact = (await missingFiles({ vault, layout, limits }, [report])).length === 0;
      if (intact || (await readSeal(vault, layout)))
        return {
          status: 'skipped',
          message: `shard ${shard.shardId} is already packed`,
          data: packData(report),
        };
    }
    const reader = readerFor(requireStore(context, shard));
    await abortUploads(s3, {
      bucket: vault.bucket,
      prefix: layout.bagKey(`data/shard-${shard.shardId}/`),
    });
    try {
      const members = await readMembers(vault, shard);
      const report = await packShard(
        { s3, vault, layout, storageClass, limits, reader, shard },
        members,
      );
      await vault.writeText(reportKey, JSON.stringify(report));
      return {
        status: 'success',
        message: `shard ${shard.shardId}: ${report.objectCount} object(s) of ${report.bytes} bytes`,
        data: packData(report),
      };
    } catch (error) {
      // Behind a seal the sources go because they are evicted. A packer that lags behind must not void what is sealed.
      if (isPackFailure(error) && !(await readSeal(vault, layout))) {
        const { name: code, message } = error;
        const failure: PackFailure = { shardId: shard.shardId, code, message };
        await vault.writeOnce(layout.packFailureKey(attempt), JSON.stringify(failure));
        if (code === 'SOURCE_CHANGED')
          await vault.writeOnce(layout.planVoidKey, JSON.stringify({ shardId: shard.shardId }));
      }
      throw error;
    }
  };
  return archiveStep({
    step: 'pack',
    validate: (context) => refusal(vault, context),
    execute,
  });
}

function isPackFailure(
  error: unknown,
): error is OffboardingError & { readonly name: PackFailure['code'] } {
  return (
    isOffboardingError(error, 'SOURCE_CHANGED') || isOffboardingError(error, 'INTEGRITY_MISMATCH')
  );
}

function refusal(vault: Vault, context: StageContext): string | undefined {
  const parsed = workSchema.safeParse(context.input);
  if (!parsed.success) return 'the input holds no shard of a plan, or no name of the attempt';
  const { shardId, plan, store, membersBucket, membersKey } = parsed.data.shard;
  const layout = vaultLayout(context.planeId, context.offboardingId, plan);
  if (membersBucket !== vault.bucket || membersKey !== layout.inventoryKey(shardId))
    return `shard ${shardId} does not belong to this offboarding`;
  if (!context.plane.stores[store]) return `the plane has no store ${store}`;
  return undefined;
}

function requireStore({ plane }: StageContext, { store }: Shard): StoreDescriptor {
  const descriptor = plane.stores[store];
  if (!descriptor) throw new TypeError(`the plane has no store ${store}`);
  return descriptor;
}

function packData(report: PackReport): PackData {
  const { shardId, objectCount, deleteMarkerCount, bytes, payloads } = report;
  return { shardId, objectCount, deleteMarkerCount, bytes, payloadCount: payloads.length };
}
