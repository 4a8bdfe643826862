import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LAMBDA_NAMES } from '../../infra/bundle.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const PAGES = globSync(['*.md', 'docs/**/*.md'], { cwd: PROJECT }).sort();

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Runs of lines that begin with a pipe, outside of code: the tables, as GitHub renders them. */
function tablesOf(page: string): readonly (readonly Row[])[] {
  const tables: Row[][] = [];
  let isCode = false;
  let previous = false;
  for (const [index, text] of page.split('\n').entries()) {
    if (/^\s*```/.test(text)) isCode = !isCode;
    const isRow = !isCode && text.startsWith('|');
    if (isRow && !previous) tables.push([]);
    if (isRow) tables.at(-1)?.push({ line: index + 1, cells: cellsOf(text) });
    previous = isRow;
  }
  return tables;
}

/** A pipe ends a cell wherever it stands, also in a code span, unless a backslash is before it. */
function cellsOf(row: string): readonly string[] {
  const cells = row.trimEnd().split(/(?<!\\)\|/);
  return cells.slice(1, cells.at(-1) === '' ? -1 : undefined).map((cell) => cell.trim());
}

describe('a table', () => {
  it('is read as it is rendered', () => {
    const page = ['| a | b |', '| --- | :-: |', '| `x \\| y` | z |', '', '```', '| no |', '```'];
    expect(tablesOf(page.join('\n'))).toEqual([
      [
        { line: 1, cells: ['a', 'b'] },
        { line: 2, cells: ['---', ':-:'] },
        { line: 3, cells: ['`x \\| y`', 'z'] },
      ],
    ]);
  });

  it.each(PAGES)(
    'of %s has as many cells in each row as in its head, and a rule below it',
    (name) => {
      const faults = tablesOf(readFileSync(join(PROJECT, name), 'utf8')).flatMap(
        ([head, rule, ...rows]) => [
          ...(rule?.cells.every((cell) => /^:?-+:?$/.test(cell)) ? [] : [head]),
          ...[rule, ...rows].filter((row) => row && row.cells.length !== head?.cells.length),
        ],
      );
      expect(faults).toEqual([]);
    },
  );

  it('is on several of these pages', () => {
    const pages = PAGES.filter(
      (name) => tablesOf(readFileSync(join(PROJECT, name), 'utf8')).length > 0,
    );
    expect(pages).toEqual(
      expect.arrayContaining(['README.md', 'docs/design.md', 'docs/security.md']),
    );
  });
});

describe('the table of Lambdas in docs/design.md', () => {
  it('has each of them once', () => {
    const page = readFileSync(join(PROJECT, 'docs/design.md'), 'utf8');
    const [, ...rows] = tablesOf(page).find(([head]) => head?.cells[0] === 'function') ?? [];
    const named = rows.slice(1).flatMap(({ cells: [names = ''] }) => names.split(', '));
    expect(named.sort()).toEqual([...LAMBDA_NAMES].sort());
  });
});
