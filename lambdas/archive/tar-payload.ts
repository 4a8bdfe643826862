import { createHash } from 'node:crypto';
import { type ContentPlace, memberName } from '../core/archive-index.ts';
import { type FillLimits, fillPayload, type Place } from './fill-payload.ts';
import type { BufferOf, Extent } from './payload-window.ts';
import type { Take } from './read-content.ts';
import { TAR_BLOCK_BYTES, tarHeader } from './tar-header.ts';

export interface TarMember {
  readonly member: number;
  readonly record: { readonly size: number };
}

export interface TarOptions<Member extends TarMember> {
  /** The payload's path in its bag. */
  readonly payload: string;
  /** Reads the content of a member, all of it. */
  readonly read: (member: Member, take: Take) => Promise<void>;
  /** Told of each member where its content lies, as it is read. */
  readonly placed: (member: number, place: ContentPlace) => void;
  readonly limits: FillLimits & { readonly uploadPartBytes: number };
  /** For the parts. */
  readonly bufferOf: BufferOf;
}

interface Entry<Member> extends Extent {
  readonly member: Member;
}

/** What a tar ends in: two blocks of zeros. */
const END_BYTES = 2 * TAR_BLOCK_BYTES;
/** To fill up a block, and to end. */
const ZEROS = Buffer.alloc(TAR_BLOCK_BYTES + END_BYTES);

/**
 * Members as the parts of a tar, of one size but the last. Sizes are known before anything is read, and so is the place of
 * each member: they are read in parallel, straight to where they belong. Names are numbers and headers are fixed, so the same
 * members are the same bytes.
 */
export async function* tarPayload<Member extends TarMember>(
  members: readonly Member[],
  { payload, read, placed, limits, bufferOf }: TarOptions<Member>,
): AsyncGenerator<Buffer> {
  const extents = entriesOf(members);
  const fill = async ({ start, end, member }: Entry<Member>, place: Place) => {
    const { size } = member.record;
    const behind = TAR_BLOCK_BYTES + size;
    place.write(0, tarHeader(memberName(member.member), size));
    await read(member, (bytes, offset) => place.write(TAR_BLOCK_BYTES + offset, bytes));
    place.write(behind, ZEROS.subarray(0, end - start - behind));
    const hash = createHash('sha256');
    for (const piece of place.read(TAR_BLOCK_BYTES, size)) hash.update(piece);
    placed(member.member, {
      sha256: hash.digest('hex'),
      payload,
      offset: start + TAR_BLOCK_BYTES,
      length: size,
    });
  };
  const sections = partsOf(extents.at(-1)?.end ?? 0, limits.uploadPartBytes);
  for await (const [, part] of fillPayload({ extents, sections, fill, limits, bufferOf }))
    yield part;
}

function entriesOf<Member extends TarMember>(members: readonly Member[]): Entry<Member>[] {
  let start = 0;
  return members.map((member, index) => {
    const blocks = 1 + Math.ceil(member.record.size / TAR_BLOCK_BYTES);
    const isLast = index === members.length - 1;
    const end = start + blocks * TAR_BLOCK_BYTES + (isLast ? END_BYTES : 0);
    const entry = { member, start, end };
    start = end;
    return entry;
  });
}

function partsOf(bytes: number, partBytes: number): Extent[] {
  return Array.from({ length: Math.ceil(bytes / partBytes) }, (_, part) => ({
    start: part * partBytes,
    end: Math.min((part + 1) * partBytes, bytes),
  }));
}
