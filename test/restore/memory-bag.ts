import { createHash } from 'node:crypto';
import { indexLine, indexPath } from '../../lambdas/core/archive-index.ts';
import { BAGIT_TXT, type BagFile, manifestText } from '../../lambdas/core/bag.ts';
import type { StoreDescriptor } from '../../lambdas/core/plane.ts';
import { shardId } from '../../lambdas/core/shard.ts';
import type { StoreRecord } from '../../lambdas/core/store-record.ts';
import type { BagFiles } from '../../restore/bag-files.ts';
import { type Bag, openBag } from '../../restore/open-bag.ts';
import { DamageError } from '../../restore/restore-error.ts';

/** Members of one shard. */
export interface MemoryShard {
  readonly store: number;
  readonly records: readonly StoreRecord[];
}

/** A sealed bag without payloads, in memory, that notes which parts of the index are read. */
export interface MemoryBag {
  readonly bag: Bag;
  /** Numbers of the shards whose part was read since the last call, in the order of reading. */
  partsRead(): readonly number[];
  /** Puts other bytes in place of a sealed file. */
  replace(path: string, text: string): void;
  remove(path: string): void;
}

export async function memoryBag(
  stores: readonly StoreDescriptor[],
  shards: readonly MemoryShard[],
  firstShard = 1,
): Promise<MemoryBag> {
  const texts = new Map<string, string>();
  const write = (path: string, text: string): BagFile => {
    texts.set(path, text);
    const sha256 = createHash('sha256').update(text).digest('hex');
    return { path, bytes: Buffer.byteLength(text), sha256 };
  };
  const index = shards.map(({ store, records }, shard) =>
    write(
      indexPath(shardId(firstShard + shard)),
      records.map((record, member) => `${indexLine(store, member + 1, record, {})}\n`).join(''),
    ),
  );
  const manifest = write('manifest-sha256.txt', '');
  const tagManifest = write(
    'tagmanifest-sha256.txt',
    manifestText([
      ...index,
      manifest,
      write('bagit.txt', BAGIT_TXT),
      write('bag-info.txt', ''),
      write('plane.json', JSON.stringify({ stores })),
    ]),
  );
  let read: number[] = [];
  const files: BagFiles = {
    async *read(path) {
      const [, part] = /^index\/shard-(\d+)\.jsonl$/.exec(path) ?? [];
      if (part !== undefined) read.push(Number(part));
      const text = texts.get(path);
      if (text === undefined) throw new DamageError(`${path} is missing from the bag`);
      yield Buffer.from(text);
    },
    readStanding: async () => undefined,
    requestCopy: async () => {},
  };
  const bag = await openBag(files, {
    archivedAt: '2026-11-29T11:00:00.000Z',
    archivePath: 's3://vault/bag/',
    archiveSizeBytes: 0,
    objectCount: 0,
    manifestHash: manifest.sha256,
    tagManifestHash: tagManifest.sha256,
    retentionDays: 365,
    retentionUntil: '2027-11-29T11:00:00.000Z',
  });
  return {
    bag,
    partsRead() {
      const before = read;
      read = [];
      return before;
    },
    replace: (path, text) => void texts.set(path, text),
    remove: (path) => void texts.delete(path),
  };
}

/** Cuts the records of a store into shards, as many records each. */
export function shardsOf(
  store: number,
  members: number,
  records: readonly StoreRecord[],
): readonly MemoryShard[] {
  return Array.from({ length: Math.ceil(records.length / members) }, (_, shard) => ({
    store,
    records: records.slice(shard * members, (shard + 1) * members),
  }));
}
