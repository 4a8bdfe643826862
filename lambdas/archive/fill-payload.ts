import { inParallel } from '../stores/in-parallel.ts';
import { type BufferOf, type Extent, PayloadWindow } from './payload-window.ts';

/** Where an extent lies while it is filled; offsets count from its start. */
export interface Place {
  /** @throws RangeError when that is more than the extent has */
  write(offset: number, bytes: Uint8Array): void;
  /** What was written, in one piece or a few; for use at once, because they are written over when the extent is filled. */
  read(offset: number, length: number): readonly Buffer[];
}

export interface FillLimits {
  readonly readsAtOnce: number;
  readonly readAheadBytes: number;
}

export interface Filling<Filled extends Extent, Section extends Extent> {
  /** One after the other, from 0 on and without gaps. */
  readonly extents: readonly Filled[];
  /** The same bytes, cut as they are taken. */
  readonly sections: readonly Section[];
  /** Writes the whole of an extent. */
  readonly fill: (extent: Filled, place: Place) => Promise<void>;
  readonly limits: FillLimits;
  /** For the sections. */
  readonly bufferOf: BufferOf;
}

/**
 * Fills the extents of a payload in parallel and yields its sections in order, each when it is full. A slow extent holds up
 * only the section it lies in: the others go on, `readAheadBytes` from the start of that section.
 * @throws the first error of `fill`, when what runs beside it has ended; nothing begins after it
 */
export async function* fillPayload<Filled extends Extent, Section extends Extent>({
  extents,
  sections,
  fill,
  limits: { readsAtOnce, readAheadBytes },
  bufferOf,
}: Filling<Filled, Section>): AsyncGenerator<readonly [Section, Buffer]> {
  const window = new PayloadWindow(sections, readAheadBytes, bufferOf);
  const filling = inParallel(extents, readsAtOnce, async (extent) => {
    try {
      await window.enter(extent);
      await fill(extent, placeIn(window, extent));
      window.settle(extent);
    } catch (error) {
      window.fail(error);
      throw error;
    }
  });
  // Whoever takes the sections is told. Until then a failure must not count as unhandled.
  const ended = filling.then(
    () => undefined,
    () => undefined,
  );
  try {
    yield* window.sections();
  } finally {
    // For who stops early: nothing more is read, and nothing goes on behind the answer.
    window.fail(new Error('the payload is no longer taken'));
    await ended;
  }
}

function placeIn(window: PayloadWindow<Extent>, { start, end }: Extent): Place {
  const within = (offset: number, length: number): Extent => {
    const part = { start: start + offset, end: start + offset + length };
    if (part.start < start || part.end > end)
      throw new RangeError(`an extent of ${end - start} bytes has no ${length} at ${offset}`);
    return part;
  };
  return {
    write: (offset, bytes) => window.write(within(offset, bytes.length).start, bytes),
    read: (offset, length) => window.read(within(offset, length)),
  };
}
