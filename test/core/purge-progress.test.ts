import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Amount,
  hasGrown,
  openProgress,
  outstanding,
  outstandingScope,
  type PartProgress,
  plus,
  settlePart,
  settleUploads,
} from '../../lambdas/core/purge-progress.ts';
import { purgeScope } from '../support/builders.ts';

const part = (changes: Partial<PartProgress> = {}): PartProgress => ({
  kind: 'bag',
  ref: 'r',
  found: { count: 10, bytes: 100 },
  destroyed: { count: 4, bytes: 40 },
  alreadyAbsent: { count: 1, bytes: 10 },
  underway: false,
  uploadsUnderway: 0,
  ...changes,
});

test('what vanished between two runs was already absent', () => {
  expect(settlePart(part(), { count: 3, bytes: 30 })).toEqual(
    part({ alreadyAbsent: { count: 3, bytes: 30 } }),
  );
});

test('what vanished under a request without an answer was destroyed by it', () => {
  expect(settlePart(part({ underway: true }), { count: 3, bytes: 30 })).toEqual(
    part({ destroyed: { count: 6, bytes: 60 } }),
  );
});

test('what has grown takes nothing back', () => {
  expect(settlePart(part(), { count: 9, bytes: 900 })).toEqual(part());
});

test('uploads that vanished under a request without an answer were aborted by it', () => {
  const aborting = part({ uploadsUnderway: 3 });
  const books = { scopeHash: 's', startedAt: '', parts: [aborting], uploadsAborted: 1 };
  expect(settleUploads(books, aborting, 1)).toEqual({
    ...books,
    uploadsAborted: 3,
    parts: [part({ uploadsUnderway: 1 })],
  });
  // New ones take nothing back.
  expect(settleUploads(books, part(), 4).uploadsAborted).toBe(1);
});

test('a part has grown when more is there than the books leave of it', () => {
  const books = { scopeHash: 's', startedAt: '', parts: [part()], uploadsAborted: 0 };
  const listed = (count: number, bytes: number, ref = 'r') =>
    hasGrown(books, [{ kind: 'bag', ref, count, bytes }]);
  expect([listed(5, 50), listed(6, 50), listed(5, 51), listed(1, 0, 'new')]).toEqual([
    false,
    true,
    true,
    true,
  ]);
});

test('a new approval goes on in the books of the one before', () => {
  const scope = purgeScope({ parts: [{ kind: 'bag', ref: 'r', count: 5, bytes: 50 }] });
  const earlier = {
    scopeHash: 'old',
    startedAt: '2027-11-30T10:00:00.000Z',
    parts: [part()],
    uploadsAborted: 2,
  };
  expect(openProgress(scope, 'new', '2027-12-01T10:00:00.000Z', earlier)).toEqual({
    scopeHash: 'new',
    startedAt: '2027-11-30T10:00:00.000Z',
    uploadsAborted: 2,
    parts: [part()],
  });
});

test('of a part of which nothing is gone it is known which records are there, but of usage', () => {
  const nothing = { count: 0, bytes: 0 };
  const books = (kind: 'bag' | 'usage', changes: Partial<PartProgress>) => ({
    scopeHash: 's',
    startedAt: '',
    uploadsAborted: 0,
    parts: [part({ kind, destroyed: nothing, alreadyAbsent: nothing, ...changes })],
  });
  const hashLeft = (kind: 'bag' | 'usage', changes: Partial<PartProgress> = {}) =>
    outstandingScope(
      purgeScope({ parts: [{ kind, ref: 'r', count: 10, bytes: 100, recordsHash: 'h' }] }),
      books(kind, changes),
    ).parts[0]?.recordsHash;
  expect(hashLeft('bag')).toBe('h');
  expect(hashLeft('bag', { destroyed: { count: 1, bytes: 0 } })).toBeUndefined();
  expect(hashLeft('bag', { alreadyAbsent: { count: 1, bytes: 0 } })).toBeUndefined();
  expect(hashLeft('bag', { underway: true })).toBeUndefined();
  expect(hashLeft('usage')).toBeUndefined();
});

test('whatever happens, found = destroyed + already absent + outstanding', () => {
  const amount = (most: number) =>
    fc.nat(most).map((count): Amount => ({ count, bytes: count * 7 }));
  const run = fc.record({ removed: amount(30), vanished: amount(30), crashed: fc.boolean() });
  fc.assert(
    fc.property(amount(100), fc.array(run, { maxLength: 8 }), (found, runs) => {
      const nothing = { count: 0, bytes: 0 };
      let books = part({ found, destroyed: nothing, alreadyAbsent: nothing });
      let there = found.count;
      for (const { removed, vanished, crashed } of runs) {
        const byUs = Math.min(removed.count, there);
        const byOthers = Math.min(vanished.count, there - byUs);
        there -= byUs + byOthers;
        const answered = crashed ? nothing : { count: byUs, bytes: byUs * 7 };
        books = { ...books, destroyed: plus(books.destroyed, answered), underway: crashed };
        books = settlePart(books, { count: there, bytes: there * 7 });
        expect(outstanding(books)).toEqual({ count: there, bytes: there * 7 });
        expect(plus(plus(books.destroyed, books.alreadyAbsent), outstanding(books))).toEqual(found);
      }
    }),
  );
});
