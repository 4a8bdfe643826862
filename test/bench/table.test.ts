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
