import { describe, expect, test } from 'vitest';
import { readMeasurement } from '../../bench/measurement.ts';
import { projectionJson, projectionText } from '../../bench/projection-text.ts';
import { parsePlane } from '../../bench/size.ts';

const text = (plane: string) => projectionText(parsePlane(plane), readMeasurement(), 365);

describe('a projection for a person', () => {
  test('names each size of the plane', () => {
    const [first] = text('1x20KB+2x6GB').split('\n');
    expect(first).toContain('1 object of 20 KB + 2 objects of 6 GB, copied by parts (1 KB');
  });

  test('says which of its requests no run has measured', () => {
    expect(text('2x6GB')).toContain('but for 34 requests of this product that are derived');
    expect(text('2x5GB')).not.toContain('derived');
  });

  test('keeps its columns apart, however large the plane', () => {
    const table = text(`${Number.MAX_SAFE_INTEGER}x20KB`).split('\n\n')[1]?.split('\n') ?? [];
    expect(table.find((line) => line.startsWith('PUT requests, Deep'))).toMatch(
      /^PUT requests, Deep Archive {2,}[\d,]+ {2,}9,007,199,254,740,991$/,
    );
    expect(new Set(table.map(({ length }) => length)).size).toBe(1);
  });

  test('names the source of every price', () => {
    expect(text('1x1B')).toContain('https://aws.amazon.com/s3/pricing/');
  });
});

test('a projection for a machine has its plane, and how many of its requests are derived', () => {
  const lines = projectionJson(parsePlane('2x6GB'), readMeasurement(), 365).trimEnd().split('\n');
  const [product, copying] = lines.map((line) => JSON.parse(line));
  const plane = [{ objects: 2, objectBytes: 6 * 1024 ** 3 }];
  expect(product).toMatchObject({ way: 'this product', plane, derivedRequests: 34 });
  expect(copying).toMatchObject({ way: 'copy per object', plane });
});
