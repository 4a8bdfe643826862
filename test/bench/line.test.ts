import { expect, test } from 'vitest';
import { lineThrough } from '../../bench/line.ts';

test('what is fixed stays, what grows grows', () => {
  const line = lineThrough([
    { x: 1, y: 7 },
    { x: 2, y: 9 },
  ]);
  expect([1, 2, 1000].map(line)).toEqual([7, 9, 2005]);
});

test('what does not grow is the same for any size', () => {
  const line = lineThrough([
    { x: 1, y: 3 },
    { x: 2, y: 3 },
  ]);
  expect(line(1000)).toBe(3);
});

test('two points at one place are taken to grow from nothing', () => {
  const line = lineThrough([
    { x: 2, y: 6 },
    { x: 2, y: 6 },
  ]);
  expect(line(10)).toBe(30);
});
