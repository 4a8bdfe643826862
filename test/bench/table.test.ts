import { describe, expect, test } from 'vitest';
import { type Figure, holds, ratioOf } from '../../bench/figure.ts';
import { figureJson, tableMarkdown, tableText } from '../../bench/table.ts';

const COUNT: Figure = {
  claim: 'requests',
  unit: 'count',
  measured: 10_051,
  floor: 10_000,
  limit: { of: 'measured', atMost: 10_050 },
};
const TIME: Figure = {
  claim: 'time',
  unit: 'ms',
  measured: 2800,
  floor: 2000,
  limit: { of: 'ratio', atMost: 1.4 },
};
const MEMORY: Figure = {
  claim: 'memory',
  unit: 'bytes',
  measured: 250 * 1024 ** 2,
  limit: { of: 'measured', atMost: 300 * 1024 ** 2 },
};
const PRICE: Figure = { claim: 'price', unit: 'dollars', measured: 0.0007575 };

describe('a figure', () => {
  test('holds up to its limit, and not beyond', () => {
    expect([COUNT, TIME, MEMORY].map(holds)).toEqual([false, true, true]);
    expect(holds({ ...COUNT, measured: 10_050 })).toBe(true);
    expect(holds({ ...TIME, measured: 2801 })).toBe(false);
  });

  test('without a limit claims nothing', () => {
    expect(holds(PRICE)).toBeUndefined();
  });

  test('whose floor is missing does not hold by its ratio', () => {
    const { floor: _, ...noFloor } = TIME;
    expect(ratioOf(noFloor)).toBeUndefined();
    expect(holds(noFloor)).toBe(false);
    expect(holds({ ...TIME, measured: Number.NaN })).toBe(false);
  });
});

test('the table says what was measured, and shouts what does not hold', () => {
  expect(tableText([COUNT, TIME, MEMORY, PRICE])).toBe(
    [
      'claim      measured   floor  ratio           limit  holds',
      'requests     10,051  10,000   1.01       <= 10,050     NO',
      'time         2.80 s  2.00 s   1.40  <= 1.4 x floor    yes',
      'memory       250 MB                      <= 300 MB    yes',
      'price     $0.000758',
      '',
    ].join('\n'),
  );
});

test('the same table for a document', () => {
  expect(tableMarkdown([TIME])).toBe(
    [
      '| claim | measured | floor | ratio | limit | holds |',
      '| --- | ---: | ---: | ---: | ---: | --- |',
      '| time | 2.80 s | 2.00 s | 1.40 | <= 1.4 x floor | yes |',
      '',
    ].join('\n'),
  );
});

test('a machine gets one object a line, in the unit it was measured in', () => {
  expect(figureJson(TIME)).toBe(
    '{"claim":"time","unit":"ms","measured":2800,"floor":2000,"ratio":1.4,"limit":{"of":"ratio","atMost":1.4},"holds":true}\n',
  );
  expect(JSON.parse(figureJson(PRICE))).toEqual({
    claim: 'price',
    unit: 'dollars',
    measured: 0.0007575,
    floor: null,
    ratio: null,
    limit: null,
    holds: null,
  });
});

describe('a time', () => {
  const timed = (measured: readonly number[], floor: readonly number[]): Figure => ({
    ...TIME,
    measured: measured[2] ?? 0,
    floor: floor[2] ?? 0,
    samples: { measured, floor },
  });

  test('holds when its runs agree, but for one at each end', () => {
    expect(holds(timed([1000, 1300, 1300, 1310, 9000], [900, 1000, 1000, 1010, 5000]))).toBe(true);
  });

  test('does not hold when its floor was disturbed, and says so', () => {
    const figure = timed([1040, 1070, 1073, 1270, 1420], [529, 613, 1000, 1154, 1457]);
    expect(ratioOf(figure)).toBeLessThan(1.4);
    expect(holds(figure)).toBe(false);
    expect(tableText([figure])).toContain('UNSTEADY');
  });

  test('does not hold when the whole is faster than its part', () => {
    expect(holds(timed([900, 900, 900, 900, 900], [1000, 1000, 1000, 1000, 1000]))).toBe(false);
  });

  test('holds when the whole is its part, and runs differ by more than its medians do', () => {
    expect(holds(timed([980, 985, 990, 1010, 1200], [985, 990, 1000, 1005, 1020]))).toBe(true);
  });

  test('without any run does not hold', () => {
    expect(holds(timed([], [1000, 1000, 1000, 1000, 1000]))).toBe(false);
  });

  test('that is steady and too long is a plain no', () => {
    const figure = timed([2000, 2000, 2000, 2000, 2000], [1000, 1000, 1000, 1000, 1000]);
    expect(tableText([figure])).toMatch(/NO\n$/);
  });
});
