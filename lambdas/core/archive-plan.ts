import type { InventoryTotals } from './inventory.ts';
import type { Shard } from './shard.ts';

/** A complete plan, as the vault keeps it. */
export interface ArchivePlan extends InventoryTotals {
  readonly plan: number;
  /** ISO 8601 UTC. */
  readonly plannedAt: string;
  readonly shardCount: number;
  readonly shardsSha256: string;
  /** SHA-256 over the hashes of the inventory's parts, in order. */
  readonly inventoryHash: string;
}

/** Text whose SHA-256 is the inventory's hash: it names content only, so equal inventories are equal anywhere. */
export function inventoryHashInput(shards: readonly Shard[]): string {
  return shards.map(({ membersSha256 }) => `${membersSha256}\n`).join('');
}

export function shardsText(shards: readonly Shard[]): string {
  return shards.map((shard) => `${JSON.stringify(shard)}\n`).join('');
}

export function parseShards(text: string): Shard[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Shard);
}
