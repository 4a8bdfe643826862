import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ContentPlace } from '../core/archive-index.ts';
import type { PartitionItem } from '../core/store-record.ts';
import { type FillLimits, fillPayload, type Place } from './fill-payload.ts';
import type { Extent } from './payload-window.ts';
import type { Take } from './read-content.ts';

export interface ItemMember {
  readonly member: number;
  readonly record: PartitionItem;
}

export interface ItemsOptions<Member extends ItemMember> {
  /** The payload's path in its bag. */
  readonly payload: string;
  /** Reads the item's canonical DynamoDB JSON, all of it. */
  readonly read: (member: Member, take: Take) => Promise<void>;
  /** Told of each member where its content lies. */
  readonly placed: (member: number, place: ContentPlace) => void;
  readonly limits: FillLimits & { readonly itemBlockBytes: number };
}

interface Line<Member> extends Extent {
  readonly member: Member;
}

/** Lines that are compressed together; offsets are those before. */
interface Block<Member> extends Extent {
  readonly lines: Line<Member>[];
}

const compress = promisify(gzip);

const LINE_START = Buffer.from('{"Item":');
const LINE_END = Buffer.from('}\n');

/**
 * Items as gzipped JSON lines, `{"Item":{…}}` in DynamoDB JSON: the format DynamoDB exports to S3 and imports from it.
 * The file is a sequence of gzip members of about `itemBlockBytes` each, which every gunzip reads as one; so one item is read
 * back by unpacking one block. Node writes no time into a gzip header: the same items are the same bytes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
 */
export async function* itemsPayload<Member extends ItemMember>(
  items: readonly Member[],
  { payload, read, placed, limits }: ItemsOptions<Member>,
): AsyncGenerator<Buffer> {
  const extents = linesOf(items);
  const sections = blocksOf(extents, limits.itemBlockBytes);
  const fill = async ({ member }: Line<Member>, place: Place) => {
    place.write(0, LINE_START);
    await read(member, (bytes, offset) => place.write(LINE_START.length + offset, bytes));
    place.write(LINE_START.length + member.record.size, LINE_END);
  };
  const bufferOf = Buffer.allocUnsafeSlow;
  let offset = 0;
  for await (const [block, bytes] of fillPayload({ extents, sections, fill, limits, bufferOf })) {
    const compressed = await compress(bytes);
    for (const { start, member } of block.lines)
      placed(member.member, {
        sha256: member.record.sha256,
        payload,
        offset,
        length: compressed.length,
        gunzip: {
          offset: start - block.start + LINE_START.length,
          length: member.record.size,
        },
      });
    offset += compressed.length;
    yield compressed;
  }
}

function linesOf<Member extends ItemMember>(items: readonly Member[]): Line<Member>[] {
  let start = 0;
  return items.map((member) => {
    const line = {
      member,
      start,
      end: start + LINE_START.length + member.record.size + LINE_END.length,
    };
    start = line.end;
    return line;
  });
}

/** Each block is closed by the line with which it reaches its size. */
function blocksOf<Member>(lines: readonly Line<Member>[], blockBytes: number): Block<Member>[] {
  const blocks: { lines: Line<Member>[]; start: number; end: number }[] = [];
  for (const line of lines) {
    const block = blocks.at(-1);
    if (!block || block.end - block.start >= blockBytes)
      blocks.push({ lines: [line], start: line.start, end: line.end });
    else {
      block.lines.push(line);
      block.end = line.end;
    }
  }
  return blocks;
}
