import type { S3Client } from '@aws-sdk/client-s3';
import type { ArchiveLimits } from '../core/archive-limits.ts';
import { inventoryLine, needsRestore, totalsOf } from '../core/inventory.ts';
import { EMPTY_LOAD, loadWith, type Shard, type ShardLoad, shardId } from '../core/shard.ts';
import type { StoreRecord } from '../core/store-record.ts';
import type { VaultLayout } from '../core/vault-layout.ts';
import { lockCounter } from '../stores/s3-locks.ts';
import type { Store } from '../stores/store.ts';
import type { Vault } from './vault.ts';

/** How far an inventory has come: everything before this point is in the vault. */
export interface InventoryProgress {
  readonly store: number;
  /** Last record of the last page that is done with; the listing goes on behind it. */
  readonly after: StoreRecord | null;
  /** Records of the next page that are already in the vault. */
  readonly skip: number;
  /** The last of these, as its inventory line. */
  readonly written: string | null;
  readonly shards: readonly Shard[];
  /** Objects seen in an archive class, which nobody can read before they are restored. */
  readonly unreadable: number;
  /** Objects seen above `objectMaxBytes`. */
  readonly tooLarge: number;
  /** Records under a lock, which nobody can evict before it ends. */
  readonly locked: number;
}

export const NOTHING_LISTED: InventoryProgress = {
  store: 0,
  after: null,
  skip: 0,
  written: null,
  shards: [],
  unreadable: 0,
  tooLarge: 0,
  locked: 0,
};

export interface InventoryWork {
  readonly s3: S3Client;
  readonly vault: Vault;
  readonly layout: VaultLayout;
  readonly plan: number;
  readonly stores: readonly Store[];
  readonly limits: ArchiveLimits;
  readonly now: Date;
  readonly mustStop: () => boolean;
}

/**
 * Lists every store into inventory parts, each of which is the member list of one shard. Memory holds one part and the
 * shard list, about 400 bytes a shard. An empty plane is one shard without members: a distributed map over no items fails.
 *
 * The records of a store are in the order in which it lists them, over all its shards: a restore finds a document by that.
 * So everything is listed again when the page in which a run had stopped is not the same any more.
 * @returns the progress made, with `complete` false when time ran short: call again with it
 */
export async function takeInventory(
  work: InventoryWork,
  from: InventoryProgress,
): Promise<{ readonly complete: boolean; readonly progress: InventoryProgress }> {
  let progress = from;
  for (const [index, store] of work.stores.entries()) {
    if (index < progress.store) continue;
    progress = await inventoryOfStore(work, store, progress);
    if (progress.store <= index) return { complete: false, progress };
  }
  if (progress.shards.length === 0)
    progress = { ...progress, shards: [await writeShard(work, 0, 1, [])] };
  return { complete: true, progress };
}

/** @returns progress in the same store when time ran short, none when its page has changed, else the start of the next */
async function inventoryOfStore(
  work: InventoryWork,
  store: Store,
  from: InventoryProgress,
): Promise<InventoryProgress> {
  const shards = [...from.shards];
  let { after, skip } = from;
  let { unreadable, tooLarge, locked } = from;
  const seen = () => ({ shards, unreadable, tooLarge, locked });
  const countLocked = lockCounter(work.s3, store.descriptor);
  let members: StoreRecord[] = [];
  let load: ShardLoad = EMPTY_LOAD;
  const closeShard = async () => {
    if (members.length === 0) return;
    locked += await countLocked(members, work.now);
    shards.push(await writeShard(work, from.store, shards.length + 1, members));
    [members, load] = [[], EMPTY_LOAD];
  };
  for await (const page of store.inventory(after ?? undefined)) {
    const before = page[skip - 1];
    if (skip > 0 && (!before || inventoryLine(before) !== from.written)) return NOTHING_LISTED;
    for (const [index, record] of page.entries()) {
      if (index < skip) continue;
      if (!loadWith(load, record, work.limits)) {
        await closeShard();
        if (work.mustStop()) {
          const last = page[index - 1];
          const written = last ? inventoryLine(last) : null;
          return { store: from.store, after, skip: index, written, ...seen() };
        }
      }
      load = loadWith(load, record, work.limits) ?? load;
      members.push(record);
      if (needsRestore(record, work.now)) unreadable += 1;
      if (record.kind === 'object' && record.size > work.limits.objectMaxBytes) tooLarge += 1;
    }
    skip = 0;
    after = page.at(-1) ?? after;
  }
  await closeShard();
  return { store: from.store + 1, after: null, skip: 0, written: null, ...seen() };
}

async function writeShard(
  { vault, layout, plan }: InventoryWork,
  store: number,
  number: number,
  members: readonly StoreRecord[],
): Promise<Shard> {
  const id = shardId(number);
  const membersKey = layout.inventoryKey(id);
  const text = members.map((record) => `${inventoryLine(record)}\n`).join('');
  const { sha256 } = await vault.writeText(membersKey, text);
  return {
    shardId: id,
    plan,
    store,
    membersBucket: vault.bucket,
    membersKey,
    membersSha256: sha256,
    ...totalsOf(members),
  };
}
