import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { ContentPlace } from '../lambdas/core/archive-index.ts';
import type { PartitionItem } from '../lambdas/core/store-record.ts';
import { type ByteCursor, byteCursor } from './byte-cursor.ts';
import { collect } from './open-bag.ts';
import { quote } from './reporter.ts';
import { DamageError } from './restore-error.ts';
import { fileSize } from './whole-file.ts';

// As DynamoDB exports to S3 and imports from it.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
const LINE_START = Buffer.from('{"Item":');
const LINE_END = Buffer.from('}\n');

const decompress = promisify(gunzip);

interface PackedItem {
  readonly record: PartitionItem;
  readonly place: ContentPlace;
}

/**
 * The items of a payload as JSON lines, each checked against its own SHA-256.
 * @param items in the order in which they lie in the payload
 * @throws DamageError naming the item that is not the one that was archived
 */
export async function* itemLines(
  payload: ByteCursor,
  items: readonly PackedItem[],
): AsyncGenerator<Buffer> {
  let start = -1;
  let block: Buffer = Buffer.alloc(0);
  for (const { record, place } of items) {
    // Neighbours share a block: it is read once.
    if (place.offset !== start) {
      start = place.offset;
      await payload.skipTo(start);
      block = await unpack(await collect(payload.take(place.length)), record, place);
    }
    yield LINE_START;
    yield cutItem(block, record, place);
    yield LINE_END;
  }
}

/**
 * One item out of its compressed block.
 * @throws DamageError naming the item when it is not the one that was archived
 */
export async function unpackItem(block: Buffer, { record, place }: PackedItem): Promise<Buffer> {
  return cutItem(await unpack(block, record, place), record, place);
}

async function unpack(
  block: Buffer,
  record: PartitionItem,
  { payload }: ContentPlace,
): Promise<Buffer> {
  try {
    return await decompress(block);
  } catch (error) {
    throw new DamageError(
      `item ${quote(record.key)} is damaged: its block of ${payload} cannot be unpacked`,
      { cause: error },
    );
  }
}

function cutItem(
  block: Buffer,
  { key }: PartitionItem,
  { gunzip: range, sha256, payload }: ContentPlace,
): Buffer {
  if (!range) throw new DamageError(`the index does not say where item ${quote(key)} begins`);
  const item = block.subarray(range.offset, range.offset + range.length);
  const found = sha256Of(item);
  if (found !== sha256)
    throw new DamageError(
      `item ${quote(key)} in ${payload} is damaged: its SHA-256 is ${found}, not ${sha256}`,
    );
  return item;
}

/** Bytes of the file that `itemLines` makes. */
export function sizeOfLines(items: readonly PackedItem[]): number {
  const around = LINE_START.length + LINE_END.length;
  return items.reduce((sum, { record }) => sum + record.size + around, 0);
}

/** True when an earlier run has written exactly these items. */
export async function isWholeItems(file: string, items: readonly PackedItem[]): Promise<boolean> {
  if ((await fileSize(file)) !== sizeOfLines(items)) return false;
  const lines = byteCursor(createReadStream(file), file);
  try {
    for (const { record } of items) {
      if (!LINE_START.equals(await collect(lines.take(LINE_START.length)))) return false;
      if (sha256Of(await collect(lines.take(record.size))) !== record.sha256) return false;
      if (!LINE_END.equals(await collect(lines.take(LINE_END.length)))) return false;
    }
    return true;
  } finally {
    await lines.close();
  }
}

function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
