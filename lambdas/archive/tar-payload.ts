import { createHash } from 'node:crypto';
import { pack } from 'tar-stream';
import { type ContentPlace, memberName } from '../core/archive-index.ts';

export interface TarMember {
  readonly member: number;
  readonly content: Buffer;
}

/** A tar is a sequence of blocks of this size: one for each header, then the content, filled up with zeros. */
const BLOCK_BYTES = 512;

/**
 * Members as a tar stream. Names are numbers and headers are fixed, so the same members are the same bytes.
 * @param placed told of each member where its content lies
 */
export async function* tarPayload(
  members: AsyncIterable<TarMember>,
  payload: string,
  placed: (member: number, place: ContentPlace) => void,
): AsyncGenerator<Uint8Array> {
  const tar = pack();
  const feed = async () => {
    let offset = BLOCK_BYTES;
    for await (const { member, content } of members) {
      const header = {
        name: memberName(member),
        size: content.length,
        mtime: new Date(0),
        mode: 0o644,
      };
      await new Promise<void>((resolve, reject) => {
        tar.entry(header, content, (error) => (error ? reject(error) : resolve()));
      });
      const sha256 = createHash('sha256').update(content).digest('hex');
      placed(member, { sha256, payload, offset, length: content.length });
      offset += Math.ceil(content.length / BLOCK_BYTES) * BLOCK_BYTES + BLOCK_BYTES;
    }
    tar.finalize();
  };
  const feeding = feed().catch((error) => {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  });
  // Awaited below; a reader that stops early must not leave it unhandled.
  feeding.catch(() => undefined);
  // Typed as unknown chunks: streamx declares no element type.
  yield* tar as AsyncIterable<Uint8Array>;
  await feeding;
}
