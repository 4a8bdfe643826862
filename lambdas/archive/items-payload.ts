import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ContentPlace } from '../core/archive-index.ts';
import type { PartitionItem } from '../core/store-record.ts';

export interface PackedItem {
  readonly member: number;
  /** The item's canonical DynamoDB JSON. */
  readonly content: Buffer;
  readonly record: PartitionItem;
}

const compress = promisify(gzip);

const LINE_START = Buffer.from('{"Item":');
const LINE_END = Buffer.from('}\n');

/**
 * Items as gzipped JSON lines, `{"Item":{…}}` in DynamoDB JSON: the format DynamoDB exports to S3 and imports from it.
 * The file is a sequence of gzip members of about `blockBytes` each, which every gunzip reads as one; so one item is read
 * back by unpacking one block. Node writes no time into a gzip header: the same items are the same bytes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
 * @param placed told of each member where its content lies
 */
export async function* itemsPayload(
  items: AsyncIterable<PackedItem>,
  payload: string,
  blockBytes: number,
  placed: (member: number, place: ContentPlace) => void,
): AsyncGenerator<Uint8Array> {
  let lines: { readonly item: PackedItem; readonly offset: number }[] = [];
  let pieces: Buffer[] = [];
  let filled = 0;
  let written = 0;
  const closeBlock = async () => {
    const block = await compress(Buffer.concat(pieces));
    for (const { item, offset } of lines)
      placed(item.member, {
        sha256: item.record.sha256,
        payload,
        offset: written,
        length: block.length,
        gunzip: { offset, length: item.content.length },
      });
    written += block.length;
    [lines, pieces, filled] = [[], [], 0];
    return block;
  };
  for await (const item of items) {
    lines.push({ item, offset: filled + LINE_START.length });
    pieces.push(LINE_START, item.content, LINE_END);
    filled += LINE_START.length + item.content.length + LINE_END.length;
    if (filled >= blockBytes) yield await closeBlock();
  }
  if (lines.length > 0) yield await closeBlock();
}
