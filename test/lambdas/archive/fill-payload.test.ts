import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type FillLimits, fillPayload, type Place } from '../../../lambdas/archive/fill-payload.ts';
import type { Extent } from '../../../lambdas/archive/payload-window.ts';

const LIMITS: FillLimits = { readsAtOnce: 3, readAheadBytes: 20 };

interface Numbered extends Extent {
  readonly number: number;
}

/** Stretches of these lengths, one after the other. */
function stretches(lengths: readonly number[]): Numbered[] {
  let end = 0;
  return lengths.map((length, index) => {
    end += length;
    return { start: end - length, end, number: index + 1 };
  });
}

/** What was there before must never be taken for content. */
function dirty(bytes: number): Buffer {
  return Buffer.alloc(bytes + 3, '#');
}

/** The letter of an extent, as often as it has bytes. */
function letters({ number, start, end }: Numbered): Buffer {
  return Buffer.alloc(end - start, String.fromCharCode(96 + number));
}

function fillAll(
  extents: readonly Numbered[],
  sections: readonly number[],
  fill: (extent: Numbered, place: Place) => Promise<void>,
  limits: Partial<FillLimits> = {},
) {
  const filling = { extents, sections: stretches(sections), fill, bufferOf: dirty };
  return fillPayload({ ...filling, limits: { ...LIMITS, ...limits } });
}

async function textsOf(sections: AsyncIterable<readonly [Extent, Buffer]>): Promise<string[]> {
  const texts: string[] = [];
  for await (const [, bytes] of sections) texts.push(bytes.toString());
  return texts;
}

/** A step that others have to let go. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

test('what is filled in any order is yielded in its own, cut anywhere', async () => {
  const fill = async (extent: Numbered, place: Place) => {
    for (let turn = 0; turn < 10 - extent.number; turn += 1) await Promise.resolve();
    const content = letters(extent);
    // From its end, in stretches, and twice: the second time counts.
    for (const fillWith of [Buffer.alloc(content.length, '?'), content])
      for (let at = content.length - 1; at >= 0; at -= 1)
        place.write(at, fillWith.subarray(at, at + 1));
  };
  expect(await textsOf(fillAll(stretches([3, 0, 4, 6, 1]), [2, 5, 1, 6], fill))).toEqual([
    'aa',
    'acccc',
    'd',
    'ddddde',
  ]);
});

test('each section comes with what it was given as', async () => {
  const sections = stretches([2, 1]).map((section) => ({ ...section, name: `s${section.number}` }));
  const names: string[] = [];
  for await (const [section, bytes] of fillPayload({
    extents: stretches([3]),
    sections,
    fill: async (extent, place) => place.write(0, letters(extent)),
    limits: LIMITS,
    bufferOf: dirty,
  }))
    names.push(`${section.name} ${bytes}`);
  expect(names).toEqual(['s1 aa', 's2 a']);
});

test('what has been written is read back, in a piece for each section', async () => {
  const read: string[][] = [];
  const fill = async (extent: Numbered, place: Place) => {
    place.write(0, letters(extent));
    read.push(place.read(1, 4).map(String));
  };
  await textsOf(fillAll(stretches([5, 5]), [3, 7], fill));
  expect(read).toEqual([['aa', 'aa'], ['bbbb']]);
});

test.each([
  ['at once', { readsAtOnce: 3, readAheadBytes: 1000 }, Array.from({ length: 9 }, () => 5), 3],
  ['within reach', { readsAtOnce: 9, readAheadBytes: 20 }, Array.from({ length: 9 }, () => 5), 4],
  ['larger than that, alone', { readsAtOnce: 9, readAheadBytes: 20 }, [50, 50, 50], 1],
])('no more are under way than may be: %s', async (_, limits, lengths, most) => {
  let underWay = 0;
  let peak = 0;
  const fill = async (extent: Numbered, place: Place) => {
    underWay += 1;
    peak = Math.max(peak, underWay);
    await setImmediate();
    place.write(0, letters(extent));
    underWay -= 1;
  };
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const texts = await textsOf(fillAll(stretches(lengths), [5, total - 5], fill, limits));
  expect(texts.join('')).toBe(stretches(lengths).map(letters).join(''));
  expect(peak).toBe(most);
});

test('one slow read holds up its own section only, and memory holds what the window reaches into', async () => {
  const slow = gate();
  const started: number[] = [];
  const room: number[] = [];
  const sections = fillPayload({
    extents: stretches([5, 5, 5, 5, 5, 5]),
    sections: stretches([10, 10, 10]),
    fill: async (extent, place) => {
      started.push(extent.number);
      if (extent.number === 1) await slow.opened;
      place.write(0, letters(extent));
    },
    limits: { readsAtOnce: 2, readAheadBytes: 20 },
    bufferOf: (bytes) => {
      room.push(bytes);
      return dirty(bytes);
    },
  });
  const texts = textsOf(sections);
  await setImmediate();
  expect(started).toEqual([1, 2, 3, 4]);
  expect(room).toEqual([10, 10]);
  slow.open();
  expect(await texts).toEqual(['aaaaabbbbb', 'cccccddddd', 'eeeeefffff']);
});

test('a slow taker holds up what is filled: memory holds no more than the window reaches into', async () => {
  const started: number[] = [];
  const room: number[] = [];
  const extents = stretches(Array.from({ length: 20 }, () => 5));
  const sections = fillPayload({
    extents,
    sections: stretches(Array.from({ length: 10 }, () => 10)),
    fill: async (extent, place) => {
      started.push(extent.number);
      place.write(0, letters(extent));
    },
    limits: { readsAtOnce: 2, readAheadBytes: 20 },
    bufferOf: (bytes) => {
      room.push(bytes);
      return dirty(bytes);
    },
  });
  const texts: string[] = [];
  for await (const [section, bytes] of sections) {
    await setImmediate();
    // The one that was taken, and two that the window reaches into.
    expect(room.length).toBeLessThanOrEqual(section.number + 2);
    expect(started.length).toBeLessThanOrEqual(2 * (section.number + 2));
    texts.push(bytes.toString());
  }
  expect(texts.join('')).toBe(extents.map(letters).join(''));
});

test('who stops taking has nothing more read, and waits for what is under way', async () => {
  const slow = gate();
  const started: number[] = [];
  const ended: number[] = [];
  const fill = async (extent: Numbered, place: Place) => {
    started.push(extent.number);
    if (extent.number > 2) await slow.opened;
    place.write(0, letters(extent));
    ended.push(extent.number);
  };
  const taking = (async () => {
    for await (const _ of fillAll(stretches([5, 5, 5, 5, 5, 5, 5]), [10, 25], fill)) break;
    return [...ended];
  })();
  await setImmediate();
  slow.open();
  const [endedBefore] = [await taking];
  await setImmediate();
  expect(started.length).toBeLessThan(7);
  expect(endedBefore).toEqual(started);
});

test('the first failure ends it: those that wait do not begin, those under way are waited for', async () => {
  const started: number[] = [];
  const ended: number[] = [];
  const fill = async (extent: Numbered, place: Place) => {
    started.push(extent.number);
    if (extent.number === 2) throw new Error('cannot read 2');
    await setImmediate();
    place.write(0, letters(extent));
    ended.push(extent.number);
  };
  const lengths = [5, 5, 5, 5, 5, 5];
  await expect(
    textsOf(fillAll(stretches(lengths), [30], fill, { readAheadBytes: 15, readsAtOnce: 5 })),
  ).rejects.toThrow('cannot read 2');
  expect(started).toEqual([1, 2, 3]);
  expect(ended).toEqual([1, 3]);
});

test.each([
  ['behind its end', 3, 'abc'],
  ['before its start', -1, 'a'],
])('an extent is not written %s', async (_, offset, text) => {
  const fill = async ({ number }: Numbered, place: Place) => {
    if (number === 2) place.write(offset, Buffer.from(text));
  };
  await expect(textsOf(fillAll(stretches([5, 5, 5]), [15], fill))).rejects.toThrow(RangeError);
});

test('nothing to fill, nothing to yield', async () => {
  expect(await textsOf(fillAll([], [], async () => undefined))).toEqual([]);
});
