import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareNumbers, isNumber } from '../../restore/compare-numbers.ts';

test('numbers are in the order of their values, to all of their 38 digits', () => {
  const ordered = [
    '-1E+125',
    '-12345678901234567890123456789012345679',
    '-12345678901234567890123456789012345678',
    '-10',
    '-9.99',
    '-0.000000000000000000001',
    '0',
    '1E-130',
    '0.0999',
    '0.1',
    '9',
    '10',
    '10.00000000000000000000000000000000000001',
    '12345678901234567890123456789012345678',
    '12345678901234567890123456789012345679',
    '9.9E+125',
  ];
  for (const [index, a] of ordered.entries())
    for (const [other, b] of ordered.entries())
      expect([a, b, Math.sign(compareNumbers(a, b))]).toEqual([a, b, Math.sign(index - other)]);
});

test.each([
  ['0', '-0.00'],
  ['100', '1E+2'],
  ['1.50', '001.5'],
  ['-20', '-2e1'],
])('%s and %s are the same number', (a, b) => {
  expect(compareNumbers(a, b)).toBe(0);
});

test('fixed-point numbers are in the order of their digits as whole numbers', () => {
  const scaled = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
  const text = (value: bigint) => {
    const digits = String(value < 0n ? -value : value).padStart(6, '0');
    return `${value < 0n ? '-' : ''}${digits.slice(0, -5)}.${digits.slice(-5)}`;
  };
  fc.assert(
    fc.property(scaled, scaled, (a, b) => {
      expect(Math.sign(compareNumbers(text(a), text(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});

test.each(['', '-', '.5', '5.', '1e', '0x10', ' 1', 'NaN', '1_000'])('%j is no number', (text) => {
  expect(isNumber(text)).toBe(false);
  expect(() => compareNumbers('1', text)).toThrow(TypeError);
});
