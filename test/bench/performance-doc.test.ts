import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readMeasurement } from '../../bench/measurement.ts';
import { withMeasurement } from '../../bench/performance-doc.ts';

test('the document shows the run that projections are made from', () => {
  const document = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8');
  expect(withMeasurement(document, readMeasurement())).toBe(document);
});

test('a document without its marks is not written over', () => {
  expect(() => withMeasurement('# Performance', readMeasurement())).toThrow('the document has no');
});
