import type { S3Client, StorageClass } from '@aws-sdk/client-s3';
import {
  type ContentPlace,
  type IndexedContent,
  indexLine,
  indexPath,
  payloadPath,
} from '../core/archive-index.ts';
import type { ArchiveLimits } from '../core/archive-limits.ts';
import { totalsOf } from '../core/inventory.ts';
import type { PackReport, StoredFile } from '../core/pack-report.ts';
import { isCopied, type Shard } from '../core/shard.ts';
import type {
  ObjectProperties,
  ObjectVersion,
  PartitionItem,
  StoreRecord,
} from '../core/store-record.ts';
import type { VaultLayout } from '../core/vault-layout.ts';
import { inParallel } from '../stores/in-parallel.ts';
import type { RecordReader } from '../stores/record-reader.ts';
import { cutParts } from './cut-parts.ts';
import { itemsPayload } from './items-payload.ts';
import { type PartsOf, uploadPayload } from './payload-upload.ts';
import { readContent, type Take } from './read-content.ts';
import { copyToVault } from './server-side-copy.ts';
import { tarPayload } from './tar-payload.ts';
import type { Vault } from './vault.ts';

export interface PackWork {
  readonly s3: S3Client;
  readonly vault: Vault;
  readonly layout: VaultLayout;
  readonly storageClass: StorageClass;
  readonly limits: ArchiveLimits;
  readonly reader: RecordReader;
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
  const properties = new Map<number, ObjectProperties>();
  const placed = (member: number, place: ContentPlace) => void places.set(member, place);
  const described: Described = (member, known) => void properties.set(member, known);
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
    ...(await packObjects(work, small, placed, described)),
    ...(await packItems(work, items, placed)),
  ];
  const index = await writeIndex(work, members, (member) => ({
    ...places.get(member),
    ...(properties.has(member) && { properties: properties.get(member) }),
  }));
  return {
    shardId: shard.shardId,
    membersSha256: shard.membersSha256,
    ...totalsOf(members),
    payloads,
    index,
  };
}

type Placed = (member: number, place: ContentPlace) => void;
type Described = (member: number, properties: ObjectProperties) => void;

async function copyLarge(
  work: PackWork,
  members: readonly Member<ObjectVersion>[],
  placed: Placed,
): Promise<readonly StoredFile[]> {
  const target = { client: work.s3, bucket: work.vault.bucket, ...work };
  return inParallel(members, work.limits.copiesAtOnce, async ({ member, record }) => {
    const path = payloadPath.copy(work.shard.shardId, member);
    const copy = await copyToVault(target, work.layout.bagKey(path), {
      reader: work.reader,
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
  described: Described,
): Promise<readonly StoredFile[]> {
  if (members.length === 0) return [];
  const { limits } = work;
  const payload = payloadPath.objects(work.shard.shardId);
  const read = async ({ member, record }: Member<ObjectVersion>, take: Take) => {
    const properties = await readContent(work.reader, record, take);
    if (properties) described(member, properties);
  };
  const parts: PartsOf = (bufferOf) =>
    tarPayload(members, { payload, read, placed, limits, bufferOf });
  return [await upload(work, payload, parts)];
}

async function packItems(
  work: PackWork,
  members: readonly Member<PartitionItem>[],
  placed: Placed,
): Promise<readonly StoredFile[]> {
  if (members.length === 0) return [];
  const { limits } = work;
  const payload = payloadPath.items(work.shard.shardId);
  const read = async ({ record }: Member<PartitionItem>, take: Take) => {
    await readContent(work.reader, record, take);
  };
  const parts: PartsOf = (bufferOf) =>
    cutParts(
      itemsPayload(members, { payload, read, placed, limits }),
      limits.uploadPartBytes,
      bufferOf,
    );
  return [await upload(work, payload, parts)];
}

async function upload(
  { s3, vault, layout, storageClass, limits }: PackWork,
  path: string,
  partsOf: PartsOf,
): Promise<StoredFile> {
  const target = { client: s3, bucket: vault.bucket, storageClass, limits };
  return { path, ...(await uploadPayload(target, layout.bagKey(path), partsOf)) };
}

async function writeIndex(
  { vault, layout, shard }: PackWork,
  members: readonly StoreRecord[],
  known: (member: number) => IndexedContent,
): Promise<StoredFile> {
  const path = indexPath(shard.shardId);
  const lines = members.map(
    (record, index) => `${indexLine(shard.store, index + 1, record, known(index + 1))}\n`,
  );
  return { path, ...(await vault.writeText(layout.bagKey(path), lines.join(''))) };
}
