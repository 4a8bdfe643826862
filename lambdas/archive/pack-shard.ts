import type { S3Client, StorageClass } from '@aws-sdk/client-s3';
import { type ContentPlace, indexLine, indexPath, payloadPath } from '../core/archive-index.ts';
import type { ArchiveLimits } from '../core/archive-limits.ts';
import { isOffboardingError, OffboardingError } from '../core/errors.ts';
import { totalsOf } from '../core/inventory.ts';
import type { PackReport, StoredFile } from '../core/pack-report.ts';
import { isCopied, type Shard } from '../core/shard.ts';
import type { ObjectVersion, PartitionItem, StoreRecord } from '../core/store-record.ts';
import type { VaultLayout } from '../core/vault-layout.ts';
import { inParallel } from '../stores/in-parallel.ts';
import type { Store } from '../stores/store.ts';
import { itemsPayload } from './items-payload.ts';
import { uploadPayload } from './payload-upload.ts';
import { readAhead } from './read-ahead.ts';
import { copyToVault } from './server-side-copy.ts';
import { tarPayload } from './tar-payload.ts';
import type { Vault } from './vault.ts';

export interface PackWork {
  readonly s3: S3Client;
  readonly vault: Vault;
  readonly layout: VaultLayout;
  readonly storageClass: StorageClass;
  readonly limits: ArchiveLimits;
  readonly store: Store;
  readonly shard: Shard;
}

interface Member<Kind extends StoreRecord> {
  readonly member: number;
  readonly record: Kind;
}

/**
 * Writes the payloads of one shard and its part of the index. The same members are the same bytes under the same names,
 * so a repeated run replaces what a crashed one left by what it would have written.
 */
export async function packShard(
  work: PackWork,
  members: readonly StoreRecord[],
): Promise<PackReport> {
  const { limits, shard } = work;
  const places = new Map<number, ContentPlace>();
  const placed = (member: number, place: ContentPlace) => void places.set(member, place);
  const large: Member<ObjectVersion>[] = [];
  const small: Member<ObjectVersion>[] = [];
  const items: Member<PartitionItem>[] = [];
  for (const [index, record] of members.entries()) {
    const member = index + 1;
    if (record.kind === 'item') items.push({ member, record });
    else if (record.kind === 'object')
      (isCopied(record, limits) ? large : small).push({ member, record });
  }
  const payloads = [
    ...(await copyLarge(work, large, placed)),
    ...(await packObjects(work, small, placed)),
    ...(await packItems(work, items, placed)),
  ];
  const index = await writeIndex(work, members, places);
  return {
    shardId: shard.shardId,
    membersSha256: shard.membersSha256,
    ...totalsOf(members),
    payloads,
    index,
  };
}

type Placed = (member: number, place: ContentPlace) => void;

async function copyLarge(
  work: PackWork,
  members: readonly Member<ObjectVersion>[],
  placed: Placed,
): Promise<readonly StoredFile[]> {
  const target = { client: work.s3, bucket: work.vault.bucket, ...work };
  return inParallel(members, work.limits.copiesAtOnce, async ({ member, record }) => {
    const path = payloadPath.copy(work.shard.shardId, member);
    const copy = await copyToVault(target, work.layout.bagKey(path), {
      store: work.store,
      record,
    });
    placed(member, { sha256: copy.sha256, payload: path, offset: 0, length: copy.bytes });
    return { path, ...copy };
  });
}

async function packObjects(
  work: PackWork,
  members: readonly Member<ObjectVersion>[],
  placed: Placed,
): Promise<readonly StoredFile[]> {
  if (members.length === 0) return [];
  const path = payloadPath.objects(work.shard.shardId);
  return [await upload(work, path, tarPayload(contents(work, members), path, placed))];
}

async function packItems(
  work: PackWork,
  members: readonly Member<PartitionItem>[],
  placed: Placed,
): Promise<readonly StoredFile[]> {
  if (members.length === 0) return [];
  const path = payloadPath.items(work.shard.shardId);
  const { itemBlockBytes } = work.limits;
  return [
    await upload(work, path, itemsPayload(contents(work, members), path, itemBlockBytes, placed)),
  ];
}

async function upload(
  { s3, vault, layout, storageClass, limits }: PackWork,
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<StoredFile> {
  const target = { client: s3, bucket: vault.bucket, storageClass, limits };
  return { path, ...(await uploadPayload(target, layout.bagKey(path), chunks)) };
}

async function* contents<Kind extends ObjectVersion | PartitionItem>(
  { store, limits }: PackWork,
  members: readonly Member<Kind>[],
): AsyncGenerator<Member<Kind> & { readonly content: Buffer }> {
  const read = ({ record }: Member<Kind>) => readContent(store, record);
  for await (const [member, content] of readAhead(
    members,
    ({ record }) => record.size,
    read,
    limits,
  ))
    yield { ...member, content };
}

const READ_ATTEMPTS = 3;

/** The SDK retries until a reply begins; a reply that breaks off half-way is asked for again here. */
async function readContent(store: Store, record: ObjectVersion | PartitionItem): Promise<Buffer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await collect(await store.open(record), record);
    } catch (error) {
      if (isOffboardingError(error) || attempt === READ_ATTEMPTS) throw error;
    }
  }
}

/** Into memory of the size that was inventoried, and never more: lists of chunks would cost it twice. */
async function collect(
  stream: AsyncIterable<Buffer>,
  { key, size }: ObjectVersion | PartitionItem,
): Promise<Buffer> {
  const content = Buffer.allocUnsafeSlow(size);
  let bytes = 0;
  for await (const chunk of stream) {
    chunk.copy(content, bytes);
    bytes += chunk.length;
  }
  if (bytes === size) return content;
  throw new OffboardingError('SOURCE_CHANGED', `a member of ${size} bytes was read as ${bytes}`, {
    details: { key },
  });
}

async function writeIndex(
  { vault, layout, shard }: PackWork,
  members: readonly StoreRecord[],
  places: ReadonlyMap<number, ContentPlace>,
): Promise<StoredFile> {
  const path = indexPath(shard.shardId);
  const lines = members.map(
    (record, index) => `${indexLine(shard.store, index + 1, record, places.get(index + 1))}\n`,
  );
  return { path, ...(await vault.writeText(layout.bagKey(path), lines.join(''))) };
}
