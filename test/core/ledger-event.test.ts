import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LEDGER_ENTRY_TYPES, type LedgerEntryType } from '../../lambdas/core/ledger-entry.ts';
import { DETAIL_TYPES, PUBLISHED_DATA } from '../../lambdas/core/ledger-event.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'events.md'), 'utf8');
const rows = new Map(
  [...page.matchAll(/^\| ([A-Z][\w ]+) \| ([A-Z_]+) \|(.*)\|$/gm)].map(
    ([, detailType, type = '', data = '']) => [
      type,
      {
        detailType,
        fields: [...data.replace(/\([^)]*\)/g, '').matchAll(/`(\w+)`/g)].map(([, name]) => name),
      },
    ],
  ),
);

describe('docs/events.md', () => {
  it('has a row for each type of entry', () => {
    expect([...rows.keys()].sort()).toEqual([...LEDGER_ENTRY_TYPES].sort());
  });

  it.each(LEDGER_ENTRY_TYPES)('says what is published of %s', (type: LedgerEntryType) => {
    const row = rows.get(type);
    expect(row?.detailType).toBe(DETAIL_TYPES[type]);
    expect([...(row?.fields ?? [])].sort()).toEqual([...PUBLISHED_DATA[type]].sort());
  });
});
