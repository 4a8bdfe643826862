import { createHash } from 'node:crypto';
import { type IndexEntry, parseIndex } from '../lambdas/core/archive-index.ts';
import { parseManifest } from '../lambdas/core/bag.ts';
import type { ArchiveData } from '../lambdas/core/ledger-state.ts';
import type { StoreDescriptor } from '../lambdas/core/plane.ts';
import type { BagFiles } from './bag-files.ts';
import { type KeyOrder, keyOrder } from './key-order.ts';
import { DamageError } from './restore-error.ts';

/** A bag whose manifests are the ones that the ledger names. */
export interface Bag {
  readonly files: BagFiles;
  /** SHA-256 of every payload, by path. */
  readonly payloads: ReadonlyMap<string, string>;
  /** In the order in which the parts were inventoried. */
  readonly indexPaths: readonly string[];
  /** `plane.json`: where the members of each store came from. */
  readonly planeJson: string;
  /** Of the plane's stores, by their number. */
  readonly keyOrders: readonly KeyOrder[];
  /**
   * One part of the index: members of one shard, so it fits into memory.
   * @param key only entries under this key
   * @throws DamageError when the part is not the one that was sealed
   */
  readIndex(path: string, key?: string): Promise<readonly IndexEntry[]>;
}

/**
 * Reads the tag files and follows the hashes from the ledger to them.
 * @throws DamageError naming the file that is missing or is not the one that was sealed
 */
export async function openBag(files: BagFiles, archive: ArchiveData): Promise<Bag> {
  const payloads = parseManifest(
    await readVerified(files, 'manifest-sha256.txt', archive.manifestHash),
  );
  const tags = parseManifest(
    await readVerified(files, 'tagmanifest-sha256.txt', archive.tagManifestHash),
  );
  if (tags.get('manifest-sha256.txt') !== archive.manifestHash)
    throw new DamageError('tagmanifest-sha256.txt names another manifest than the ledger does');
  const readTag = async (path: string) => {
    const sha256 = tags.get(path);
    if (sha256 === undefined) throw new DamageError(`tagmanifest-sha256.txt does not name ${path}`);
    return readVerified(files, path, sha256);
  };
  for (const path of ['bagit.txt', 'bag-info.txt']) await readTag(path);
  const planeJson = await readTag('plane.json');
  const { stores } = JSON.parse(planeJson) as { readonly stores: readonly StoreDescriptor[] };
  return {
    files,
    payloads,
    indexPaths: [...tags.keys()].filter((path) => path.startsWith('index/')).sort(byNumber),
    planeJson,
    keyOrders: stores.map(keyOrder),
    readIndex: async (path, key) => parseIndex(await readTag(path), key),
  };
}

/** Shards are numbered in five digits, and in six from the 100,000th on. */
function byNumber(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

/** @param sha256 undefined for a tag manifest that was sealed before the ledger named it */
async function readVerified(
  files: BagFiles,
  path: string,
  sha256: string | undefined,
): Promise<string> {
  const content = await collect(files.read(path));
  const found = createHash('sha256').update(content).digest('hex');
  if (sha256 !== undefined && found !== sha256)
    throw new DamageError(`${path} is not the one that was sealed: its SHA-256 is ${found}`);
  return content.toString('utf8');
}

export async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const collected: Buffer[] = [];
  for await (const chunk of chunks) collected.push(chunk);
  return Buffer.concat(collected);
}
