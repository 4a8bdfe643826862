import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { processorOf, thisMachine } from '../../bench/this-machine.ts';

test('a machine says what it is', () => {
  expect(thisMachine()).toMatchObject({ cores: availableParallelism(), node: process.version });
});

test.each([
  [[{ model: ' Some CPU @ 2.20GHz ' }, { model: 'another' }], { processor: 'Some CPU @ 2.20GHz' }],
  [[{ model: '' }], {}],
  [[{ model: 'unknown' }], {}],
  [[], {}],
])('the processor of %j is %j', (cores, named) => {
  expect(processorOf(cores)).toEqual(named);
});
