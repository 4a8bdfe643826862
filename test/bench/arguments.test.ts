import { expect, test } from 'vitest';
import { parseArguments, ROWS } from '../../bench/arguments.ts';
import { UsageError } from '../../command/usage-error.ts';

test('without arguments every row is measured in full', () => {
  expect(parseArguments([])).toEqual({
    rows: ROWS,
    quick: false,
    json: false,
    help: false,
    retentionDays: 365,
  });
});

test('a projection names its plane and how long it is kept', () => {
  const parsed = parseArguments(['--project', '1000x5GB', '--retention-days', '180']);
  expect(parsed.project).toEqual([{ objects: 1000, objectBytes: 5_368_709_120 }]);
  expect(parsed.retentionDays).toBe(180);
});

test.each([
  [['--only', 'speed'], "there is no row 'speed'"],
  [['--project', 'many'], "'many' is no count and size"],
  [['--retention-days', '-1'], 'retention-days'],
  [
    ['--project', '1x1KB', '--retention-days', 'long'],
    "--retention-days: 'long' is no whole number",
  ],
  [['--retention-days', '3'], '--retention-days belongs to --project'],
  [['--only', 'cold-start', '--project', '1x1KB'], '--project measures nothing'],
  [['--quick', '--project', '1x1KB'], '--project measures nothing'],
  [['--fast'], '--fast'],
])('%j is refused by name', (argv, message) => {
  expect(() => parseArguments(argv)).toThrow(message);
  expect(() => parseArguments(argv)).toThrow(UsageError);
});
