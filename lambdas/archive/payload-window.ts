/** A stretch of a payload, in bytes: `end` is behind its last one. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** Hands out room for so many bytes at least, whatever is in it. */
export type BufferOf = (bytes: number) => Buffer;

interface Room<Section> {
  readonly section: Section;
  buffer?: Buffer;
  /** Bytes that are not settled yet. */
  missing: number;
}

interface Waiting {
  readonly extent: Extent;
  readonly enter: () => void;
  readonly refuse: (reason: unknown) => void;
}

/**
 * A payload of known length that is written in any order and leaves in its own, section by section. Bytes go straight to
 * their place in what will be sent, and none wait for their turn in a buffer of their own. Memory holds the sections that
 * the window reaches into; it moves on when the first of them is taken.
 */
export class PayloadWindow<Section extends Extent> {
  readonly #rooms: readonly Room<Section>[];
  readonly #windowBytes: number;
  readonly #bufferOf: BufferOf;
  readonly #waiting: Waiting[] = [];
  /** Number of the first section that is not taken. */
  #first = 0;
  /** Bytes that may be written, or have been. */
  #entered = 0;
  #settled = 0;
  #failure: { readonly reason: unknown } | undefined;
  #wakeTaker = () => {};

  /** @param sections one after the other, from 0 on and without gaps */
  constructor(sections: readonly Section[], windowBytes: number, bufferOf: BufferOf) {
    this.#rooms = sections.map((section) => ({ section, missing: lengthOf(section) }));
    this.#windowBytes = windowBytes;
    this.#bufferOf = bufferOf;
  }

  /**
   * Resolves when the window reaches to the end of an extent, which may be written from then on. Extents enter in the order
   * of the calls, which has to be theirs in the payload. One that is larger than the window enters alone.
   * @throws the reason of `fail`
   */
  enter(extent: Extent): Promise<void> {
    return new Promise((enter, refuse) => {
      this.#waiting.push({ extent, enter, refuse });
      this.#admit();
    });
  }

  /** Writes into an extent that has entered. */
  write(start: number, bytes: Uint8Array): void {
    for (const { room, from, to } of this.#sharesOf({ start, end: start + bytes.length })) {
      room.buffer ??= this.#bufferOf(lengthOf(room.section));
      room.buffer.set(bytes.subarray(from - start, to - start), from - room.section.start);
    }
  }

  /** What has been written there, as one piece of each section. It is somebody else's once the extent is settled. */
  read(extent: Extent): Buffer[] {
    return this.#sharesOf(extent).map(({ room: { buffer, section }, from, to }) => {
      if (!buffer) throw new RangeError(`nothing has been written from ${from} on`);
      return buffer.subarray(from - section.start, to - section.start);
    });
  }

  /** Every byte of the extent is written and stays as it is. */
  settle(extent: Extent): void {
    for (const { room, from, to } of this.#sharesOf(extent)) room.missing -= to - from;
    this.#settled += lengthOf(extent);
    this.#goOn();
  }

  /** Nothing enters any more, and nothing is taken. Of several reasons the first counts. */
  fail(reason: unknown): void {
    this.#failure ??= { reason };
    this.#goOn();
  }

  /**
   * The sections in order, each as soon as all of it is settled; whoever takes one may keep its buffer.
   * @throws the reason of `fail`
   */
  async *sections(): AsyncGenerator<readonly [Section, Buffer]> {
    for (const room of this.#rooms) {
      while (room.missing > 0 && !this.#failure)
        await new Promise<void>((resolve) => {
          this.#wakeTaker = resolve;
        });
      if (this.#failure) throw this.#failure.reason;
      const { section, buffer = Buffer.alloc(0) } = room;
      delete room.buffer;
      this.#first += 1;
      this.#admit();
      yield [section, buffer.subarray(0, lengthOf(section))];
    }
  }

  #goOn(): void {
    this.#admit();
    this.#wakeTaker();
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      if (this.#failure) next.refuse(this.#failure.reason);
      else if (this.#reaches(next.extent)) {
        this.#entered += lengthOf(next.extent);
        next.enter();
      } else return;
      this.#waiting.shift();
    }
  }

  #reaches({ start, end }: Extent): boolean {
    const first = this.#rooms[this.#first]?.section;
    if (!first || end <= first.start + this.#windowBytes) return true;
    // Alone, and not before what lies before it has been taken: the window must not grow because its taker is slow.
    return this.#entered === this.#settled && start < first.end;
  }

  /** What an extent has of each section that it lies in. */
  #sharesOf({ start, end }: Extent) {
    const shares: { room: Room<Section>; from: number; to: number }[] = [];
    for (let index = this.#first; index < this.#rooms.length; index += 1) {
      const room = this.#rooms[index];
      if (!room || room.section.start >= end) break;
      const from = Math.max(start, room.section.start);
      const to = Math.min(end, room.section.end);
      if (from < to) shares.push({ room, from, to });
    }
    return shares;
  }
}

function lengthOf({ start, end }: Extent): number {
  return end - start;
}
