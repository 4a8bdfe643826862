import { expect, test } from 'vitest';
import { retentionOf } from '../../lambdas/core/retention.ts';

const archivedAt = new Date('2027-02-28T23:30:00.000Z');

test.each([
  [
    'what was asked for',
    { retentionDays: 365, erasure: false },
    0,
    365,
    '2028-02-28T23:30:00.000Z',
  ],
  [
    'the floor when less was asked for',
    { retentionDays: 1, erasure: false },
    30,
    30,
    '2027-03-30T23:30:00.000Z',
  ],
  [
    'nothing for an erasure, whatever the floor',
    { retentionDays: 365, erasure: true },
    30,
    0,
    '2027-02-28T23:30:00.000Z',
  ],
])('an archive is kept for %s', (_, request, floorDays, retentionDays, retentionUntil) => {
  expect(retentionOf(request, archivedAt, floorDays)).toEqual({ retentionDays, retentionUntil });
});
