import { DamageError } from './restore-error.ts';

/** Reads a stream range by range, front to back. */
export interface ByteCursor {
  readonly position: number;
  /** The next bytes, exactly as many. Read them to their end before anything else. @throws DamageError */
  take(length: number): AsyncGenerator<Buffer>;
  /** @throws DamageError when the stream ends before `offset`, or is past it already */
  skipTo(offset: number): Promise<void>;
  /** Reads what is left, to the end of the stream. */
  drain(): Promise<void>;
  /** Lets go of the stream, wherever it is. */
  close(): Promise<void>;
}

/** @param what the stream is of, for the sentence that says it is not what it should be */
export function byteCursor(stream: AsyncIterable<Buffer>, what: string): ByteCursor {
  const chunks = stream[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  let position = 0;

  async function* take(length: number): AsyncGenerator<Buffer> {
    for (let missing = length; missing > 0; ) {
      if (rest.length === 0) {
        const next = await chunks.next();
        if (next.done)
          throw new DamageError(`${what} ends at byte ${position}, before what the index names`);
        rest = next.value;
        continue;
      }
      const piece = rest.subarray(0, missing);
      rest = rest.subarray(piece.length);
      position += piece.length;
      missing -= piece.length;
      yield piece;
    }
  }

  return {
    get position() {
      return position;
    },
    take,
    async skipTo(offset) {
      if (offset < position)
        throw new DamageError(`the index names byte ${offset} of ${what} twice`);
      for await (const _ of take(offset - position));
    },
    async drain() {
      position += rest.length;
      rest = Buffer.alloc(0);
      for (let next = await chunks.next(); !next.done; next = await chunks.next())
        position += next.value.length;
    },
    async close() {
      await chunks.return?.();
    },
  };
}
