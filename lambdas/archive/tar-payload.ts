import { createHash } from 'node:crypto';
import { type ContentPlace, memberName } from '../core/archive-index.ts';
import { TAR_BLOCK_BYTES, tarHeader } from './tar-header.ts';

export interface TarMember {
  readonly member: number;
  readonly content: Buffer;
}

/** The end of a tar: two blocks of zeros. */
const END = Buffer.alloc(2 * TAR_BLOCK_BYTES);

/**
 * Members as a tar stream. Names are numbers and headers are fixed, so the same members are the same bytes.
 * @param placed told of each member where its content lies
 */
export async function* tarPayload(
  members: AsyncIterable<TarMember>,
  payload: string,
  placed: (member: number, place: ContentPlace) => void,
): AsyncGenerator<Uint8Array> {
  let written = 0;
  for await (const { member, content } of members) {
    const { length } = content;
    const padding = (TAR_BLOCK_BYTES - (length % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES;
    const offset = written + TAR_BLOCK_BYTES;
    const sha256 = createHash('sha256').update(content).digest('hex');
    placed(member, { sha256, payload, offset, length });
    yield tarHeader(memberName(member), length);
    yield content;
    if (padding > 0) yield END.subarray(0, padding);
    written = offset + length + padding;
  }
  yield END;
}
