import type { ArchiveLimits } from '../core/archive-limits.ts';
import type { PackReport } from '../core/pack-report.ts';
import type { Shard } from '../core/shard.ts';
import type { VaultLayout } from '../core/vault-layout.ts';
import { inParallel } from '../stores/in-parallel.ts';
import type { Vault } from './vault.ts';

export interface ReportSource {
  readonly vault: Pick<Vault, 'readText'>;
  readonly layout: VaultLayout;
  readonly limits: Pick<ArchiveLimits, 'checksumReadsAtOnce'>;
}

export interface PackedShard {
  readonly shard: Shard;
  /** Undefined while the shard is not packed. */
  readonly report: PackReport | undefined;
}

/**
 * The packers' reports in the order of the shards, as many at a time as are read at once. Never all of them: a report has a
 * line for every document that was copied, 2,560 of 8 MiB in a shard, and a plane may have millions.
 */
export async function* readReports(
  { vault, layout, limits }: ReportSource,
  shards: readonly Shard[],
): AsyncGenerator<readonly PackedShard[]> {
  const atOnce = limits.checksumReadsAtOnce;
  for (let first = 0; first < shards.length; first += atOnce)
    yield await inParallel(shards.slice(first, first + atOnce), atOnce, async (shard) => {
      const text = await vault.readText(layout.packReportKey(shard.shardId));
      return { shard, report: text === undefined ? undefined : (JSON.parse(text) as PackReport) };
    });
}
