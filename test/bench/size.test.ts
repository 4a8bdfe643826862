import { describe, expect, test } from 'vitest';
import { formatSize, parsePlane, parsePlaneSize, parseSize } from '../../bench/size.ts';
import { UsageError } from '../../command/usage-error.ts';

describe('parseSize', () => {
  test.each([
    ['0B', 0],
    ['512B', 512],
    ['20KB', 20_480],
    ['1.5MB', 1_572_864],
    ['5GB', 5_368_709_120],
    ['20kb', 20_480],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(['', '20', 'KB', '-1KB', '20 KB', '1TB', '1e3B', '20KBs'])('%j is no size', (text) => {
    expect(() => parseSize(text)).toThrow(UsageError);
  });

  test.each(['0.4B', '1.5B', '0.0001KB'])('%s is refused, not rounded', (text) => {
    expect(() => parseSize(text)).toThrow(`'${text}' is a fraction of a byte`);
  });

  test('what a unit does not divide into whole bytes is rounded', () => {
    expect(parseSize('1.3MB')).toBe(1_363_149);
  });
});

describe('parsePlaneSize', () => {
  test('reads a count and a size', () => {
    expect(parsePlaneSize('10000000x20KB')).toEqual({ objects: 10_000_000, objectBytes: 20_480 });
  });

  test.each(['0x20KB', '20KB', 'x20KB', '1.5x20KB', '10x', '10x20KBx3', '-1x1B'])(
    '%j is no plane',
    (text) => {
      expect(() => parsePlaneSize(text)).toThrow(UsageError);
    },
  );
});

describe('parsePlane', () => {
  test('reads one size or several', () => {
    const small = { objects: 10_000_000, objectBytes: 20_480 };
    expect(parsePlane('10000000x20KB')).toEqual([small]);
    expect(parsePlane('10000000x20KB+200x6GB')).toEqual([
      small,
      { objects: 200, objectBytes: 6 * 1024 ** 3 },
    ]);
  });

  test.each(['', '+', '1x1B+', '1x1B+many'])('%j is no plane', (text) => {
    expect(() => parsePlane(text)).toThrow(UsageError);
  });
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [20_480, '20 KB'],
  [8_388_607, '8 MB'],
  [1_572_864, '1.5 MB'],
  [250_000_000, '238 MB'],
  [1_072_693_248, '1023 MB'],
  [-3_145_728, '-3 MB'],
])('%d bytes are written %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});
