import { expect, test } from 'vitest';
import {
  addTotals,
  inventoryLine,
  needsRestore,
  parseInventory,
  totalsOf,
} from '../../lambdas/core/inventory.ts';
import type { ObjectVersion, StoreRecord } from '../../lambdas/core/store-record.ts';

const object: ObjectVersion = {
  kind: 'object',
  key: 'kp-1/a\n"b".md',
  versionId: 'v1',
  isLatest: true,
  size: 7,
  etag: '"abc"',
  lastModified: '2026-01-01T00:00:00.000Z',
  storageClass: 'STANDARD',
};

test('a record is one line, whatever its key holds, and comes back as it was', () => {
  const records: StoreRecord[] = [
    object,
    {
      kind: 'delete-marker',
      key: 'kp-1/ü\u2028.md',
      versionId: 'null',
      isLatest: false,
      lastModified: '2026-01-02T00:00:00.000Z',
    },
    { kind: 'item', key: '{"pk":{"S":"kp-1"}}', size: 30, sha256: 'a'.repeat(64) },
  ];
  const lines = records.map(inventoryLine);
  expect(lines.every((line) => !line.includes('\n'))).toBe(true);
  expect(parseInventory(lines.map((line) => `${line}\n`).join(''))).toEqual(records);
});

test('the order of fields does not depend on how a record was made', () => {
  const { kind, ...rest } = object;
  expect(inventoryLine({ ...rest, kind })).toBe(inventoryLine(object));
});

test('a temporary copy is no part of what an object is', () => {
  expect(inventoryLine({ ...object, restoredUntil: '2026-02-01T00:00:00.000Z' })).toBe(
    inventoryLine(object),
  );
});

test('delete markers have no content and count apart', () => {
  const marker: StoreRecord = {
    kind: 'delete-marker',
    key: 'kp-1/a',
    versionId: 'v2',
    isLatest: true,
    lastModified: object.lastModified,
  };
  const totals = totalsOf([object, marker, { ...object, size: 3 }]);
  expect(totals).toEqual({ objectCount: 2, deleteMarkerCount: 1, bytes: 10 });
  expect(addTotals(totals, totals)).toEqual({ objectCount: 4, deleteMarkerCount: 2, bytes: 20 });
});

test.each([
  ['STANDARD', undefined, false],
  ['GLACIER_IR', undefined, false],
  ['GLACIER', undefined, true],
  ['DEEP_ARCHIVE', undefined, true],
  ['GLACIER', '2026-03-01T00:00:00.001Z', false],
  ['GLACIER', '2026-03-01T00:00:00.000Z', true],
])(
  '%s restored until %s needs a restore on 1 March: %s',
  (storageClass, restoredUntil, expected) => {
    const record = { ...object, storageClass, ...(restoredUntil && { restoredUntil }) };
    expect(needsRestore(record, new Date('2026-03-01T00:00:00.000Z'))).toBe(expected);
  },
);
