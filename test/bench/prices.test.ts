import { expect, test } from 'vitest';
import { costOf, PRICES, storageCost } from '../../bench/prices.ts';

const GB = 1024 ** 3;

test('a price is per so many', () => {
  expect(costOf('deepArchivePut', 10_000_000)).toBeCloseTo(500, 9);
  expect(costOf('s3Get', 10_000_000)).toBeCloseTo(4, 9);
  expect(costOf('stateTransition', 30)).toBeCloseTo(0.00075, 9);
});

test('storage is per GB and month', () => {
  expect(storageCost('deepArchiveGbMonth', 1000 * GB, 365)).toBeCloseTo(11.88, 9);
  expect(storageCost('standardGbMonth', GB, 365)).toBeCloseTo(0.276, 9);
});

test('every price says where it is from', () => {
  for (const { source } of Object.values(PRICES)) expect(source).toMatch(/^https:\/\//);
});
