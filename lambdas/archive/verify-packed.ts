import { createHash } from 'node:crypto';
import type { ArchiveLimits } from '../core/archive-limits.ts';
import { type ArchivePlan, inventoryHashInput, shardsText } from '../core/archive-plan.ts';
import { OffboardingError } from '../core/errors.ts';
import { addTotals, type InventoryTotals, NO_TOTALS } from '../core/inventory.ts';
import type { PackReport, StoredFile } from '../core/pack-report.ts';
import type { Shard } from '../core/shard.ts';
import type { VaultLayout } from '../core/vault-layout.ts';
import { inParallel } from '../stores/in-parallel.ts';
import { type PackedShard, readReports } from './read-reports.ts';
import type { Vault } from './vault.ts';

interface VerifyWork {
  readonly vault: Vault;
  readonly layout: VaultLayout;
  readonly limits: Pick<ArchiveLimits, 'checksumReadsAtOnce'>;
}

/**
 * Compares three things nobody made from one another: what was inventoried, what the packers report, and what S3 holds.
 * A request for each file: two per shard of small documents, one more per document that was copied.
 * @param from shards whose files an earlier invocation has found
 * @returns shards whose files S3 holds as reported; fewer than the plan has when time ran short: call again with it
 * @throws OffboardingError `INTEGRITY_MISMATCH` with the number of differences; the details say where
 */
export async function verifyPacked(
  work: VerifyWork & { readonly mustStop: () => boolean },
  plan: ArchivePlan,
  shards: readonly Shard[],
  from: number,
): Promise<number> {
  const differences: string[] = [];
  if (sha256(shardsText(shards)) !== plan.shardsSha256) differences.push('shard list');
  if (sha256(inventoryHashInput(shards)) !== plan.inventoryHash) differences.push('inventory');

  let [seen, verified] = [0, from];
  let totals = NO_TOTALS;
  for await (const packed of readReports(work, shards)) {
    differences.push(...packed.filter(differs).map(({ shard }) => `shard ${shard.shardId}`));
    const reports = packed.flatMap(({ report }) => report ?? []);
    totals = reports.reduce(addTotals, totals);
    seen += packed.length;
    if (seen <= from) continue;
    if (work.mustStop()) break;
    differences.push(...(await missingFiles(work, reports)));
    verified = seen;
  }
  if (seen === verified && !sameTotals(totals, plan)) differences.push('totals');

  if (differences.length > 0)
    throw new OffboardingError(
      'INTEGRITY_MISMATCH',
      `${differences.length} difference(s) between the inventory, the packers' reports and the vault`,
      { details: { differences } },
    );
  return verified;
}

function differs({ shard, report }: PackedShard): boolean {
  return report?.membersSha256 !== shard.membersSha256 || !sameTotals(report, shard);
}

/** Paths of the reported files that S3 does not hold as they were reported. */
export async function missingFiles(
  work: VerifyWork,
  reports: readonly PackReport[],
): Promise<readonly string[]> {
  const files = reports.flatMap(({ payloads, index }) => [...payloads, index]);
  const stored = await inParallel(files, work.limits.checksumReadsAtOnce, (file) =>
    isStored(work, file),
  );
  return files.filter((_, index) => !stored[index]).map(({ path }) => path);
}

/** True when S3 holds the file in the reported size, under the checksum that the reported bytes must have. */
async function isStored({ vault, layout }: VerifyWork, file: StoredFile): Promise<boolean> {
  const stored = await vault.readStored(layout.bagKey(file.path));
  return (
    stored?.bytes === file.bytes &&
    stored.checksums[file.checksum.algorithm] === file.checksum.value
  );
}

function sameTotals(a: InventoryTotals, b: InventoryTotals): boolean {
  return (
    a.objectCount === b.objectCount &&
    a.deleteMarkerCount === b.deleteMarkerCount &&
    a.bytes === b.bytes
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
