import type { BufferOf } from './payload-window.ts';

/** Cuts a stream into parts of one size, but the last. */
export async function* cutParts(
  chunks: AsyncIterable<Uint8Array>,
  size: number,
  bufferOf: BufferOf,
): AsyncGenerator<Buffer> {
  let part = bufferOf(size);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let taken = 0; taken < chunk.length; ) {
      const piece = chunk.subarray(taken, taken + size - filled);
      part.set(piece, filled);
      filled += piece.length;
      taken += piece.length;
      if (filled === size) {
        yield part.subarray(0, size);
        part = bufferOf(size);
        filled = 0;
      }
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}
