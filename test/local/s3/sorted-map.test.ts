import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSortedMap } from '../../../local/s3/sorted-map.ts';
import { compareUtf8 } from '../../../local/s3/utf8-order.ts';
import { sequenceOf, versionIdOf } from '../../../local/s3/version-id.ts';

const text = fc.string({ unit: 'binary', maxLength: 6 }).filter((key) => key.isWellFormed());

describe('compareUtf8', () => {
  test('is the order of the bytes', () => {
    fc.assert(
      fc.property(text, text, (left, right) => {
        const bytes = Buffer.compare(Buffer.from(left), Buffer.from(right));
        expect(Math.sign(compareUtf8(left, right))).toBe(bytes);
      }),
      { numRuns: 5000, seed: 3 },
    );
  });
});

describe('a sorted map', () => {
  test('is a Map in order, through splits of its blocks and their ends', () => {
    const map = createSortedMap<number>();
    const model = new Map<string, number>();
    for (let step = 0; step < 20_000; step += 1) {
      const key = `key-${(Math.imul(step, 2654435761) >>> 0) % 4000}`;
      if (step % 3 === 2) {
        map.delete(key);
        model.delete(key);
      } else {
        map.set(key, step);
        model.set(key, step);
      }
    }
    const expected = [...model].sort(([left], [right]) => compareUtf8(left, right));
    expect(map.size).toBe(model.size);
    expect([...map.from(() => false)]).toEqual(expected);
    for (const [key, value] of model) expect(map.get(key)).toBe(value);
    const tail = expected.filter(([key]) => key >= 'key-25');
    expect([...map.from((key) => key < 'key-25')]).toEqual(tail);
    for (const [key] of expected) map.delete(key);
    expect(map.size).toBe(0);
    expect([...map.from(() => false)]).toEqual([]);
  });
});

describe('version ids', () => {
  test('stand for one sequence number each, and show nothing of their order', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (sequence) => {
        expect(versionIdOf(sequence)).toMatch(/^[0-9a-f]{32}$/);
        expect(sequenceOf(versionIdOf(sequence))).toBe(sequence);
      }),
      { seed: 4 },
    );
    const ids = Array.from({ length: 100 }, (_, index) => versionIdOf(index));
    expect(ids.toSorted()).not.toEqual(ids);
  });

  test('that were never given out are refused', () => {
    for (const id of ['', 'latest', '0'.repeat(32), versionIdOf(1).toUpperCase()]) {
      expect(() => sequenceOf(id)).toThrow('Invalid version id specified');
    }
  });
});
