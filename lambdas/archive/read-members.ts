import { createHash } from 'node:crypto';
import { OffboardingError } from '../core/errors.ts';
import { parseInventory } from '../core/inventory.ts';
import type { Shard } from '../core/shard.ts';
import type { StoreRecord } from '../core/store-record.ts';
import type { Vault } from './vault.ts';

/**
 * The members of a shard, exactly as they were inventoried.
 * @throws OffboardingError `ARCHIVE_FAILED` when the list is missing or no longer the one that was planned
 */
export async function readMembers(vault: Vault, shard: Shard): Promise<readonly StoreRecord[]> {
  const text = await vault.readText(shard.membersKey);
  if (text === undefined || createHash('sha256').update(text).digest('hex') !== shard.membersSha256)
    throw new OffboardingError(
      'ARCHIVE_FAILED',
      `the member list of shard ${shard.shardId} is ${text === undefined ? 'missing' : 'not the one that was planned'}`,
    );
  return parseInventory(text);
}
