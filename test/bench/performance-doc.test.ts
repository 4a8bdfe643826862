import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Machine, readMeasurement } from '../../bench/measurement.ts';
import { withMeasurement } from '../../bench/performance-doc.ts';

test('the document shows the run that projections are made from', () => {
  const document = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8');
  expect(withMeasurement(document, readMeasurement())).toBe(document);
});

test('a document without its marks is not written over', () => {
  expect(() => withMeasurement('# Performance', readMeasurement())).toThrow('the document has no');
});

test('the machine has its processor where the system names one', () => {
  const measurement = readMeasurement();
  const { processor: _, ...unnamed } = measurement.machine;
  const shown = (named: Pick<Machine, 'processor'>) =>
    withMeasurement('<!-- figures --><!-- /figures -->', {
      ...measurement,
      machine: { ...unnamed, cores: 2, ...named },
    });
  expect(shown({ processor: 'Some CPU @ 2.20GHz' })).toContain(': 2 cores (Some CPU @ 2.20GHz), ');
  expect(shown({})).toContain(': 2 cores, ');
});
