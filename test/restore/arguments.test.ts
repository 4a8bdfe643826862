import { expect, test } from 'vitest';
import { parseArguments } from '../../restore/arguments.ts';

const PLACE = ['--plane', 'kp_1', '--ledger-table', 'ledger'];

test('everything has a default but what is restored', () => {
  expect(parseArguments([...PLACE, '--all'], {})).toEqual({
    planeId: 'kp_1',
    ledgerTable: 'ledger',
    folder: 'restored',
    tier: 'Standard',
    days: 7,
    wait: true,
  });
});

test('a document may be told apart by version and store, and the table come from the environment', () => {
  const argv = [
    '--plane',
    'kp_1',
    '--document=-a.md',
    '--version',
    'v1',
    '--store',
    '2',
    '--every-part',
  ];
  const more = ['--to', 'out', '--tier', 'Bulk', '--days', '1', '--no-wait'];
  expect(parseArguments([...argv, ...more], { LEDGER_TABLE: 'ledger' })).toEqual({
    planeId: 'kp_1',
    ledgerTable: 'ledger',
    document: { key: '-a.md', version: 'v1', store: 2, everyPart: true },
    folder: 'out',
    tier: 'Bulk',
    days: 1,
    wait: false,
  });
});

test('help needs nothing else', () => {
  expect(parseArguments(['--help'], {})).toBeUndefined();
});

test.each([
  ['no plane', ['--all', '--ledger-table', 'ledger'], '--plane is missing'],
  ['no table', ['--all', '--plane', 'kp_1'], '--ledger-table is missing'],
  ['nothing to restore', PLACE, 'say either --document <key> or --all'],
  ['two things to restore', [...PLACE, '--all', '--document', 'a'], 'say either --document'],
  [
    'a version of everything',
    [...PLACE, '--all', '--version', 'v'],
    '--version, --store and --every-part belong',
  ],
  ['an unknown tier', [...PLACE, '--all', '--tier', 'bulk'], '--tier bulk: must be Bulk or'],
  ['no days', [...PLACE, '--all', '--days', '0'], '--days 0: must be a whole number from 1'],
  ['half a day', [...PLACE, '--all', '--days', '0.5'], '--days 0.5: must be a whole number'],
  ['no folder', [...PLACE, '--all', '--to', ''], '--to needs a folder'],
  ['an unknown option', [...PLACE, '--all', '--force'], "Unknown option '--force'"],
])('%s is refused', (_, argv, message) => {
  expect(() => parseArguments(argv, {})).toThrow(message);
  expect(() => parseArguments(argv, {})).toThrow(expect.objectContaining({ name: 'UsageError' }));
});
