import { type Figure, holds, isSteady, ratioOf, type Unit } from './figure.ts';
import { formatSize } from './size.ts';

export const COLUMNS = ['claim', 'measured', 'floor', 'ratio', 'limit', 'holds'] as const;

/** One line a figure, columns as wide as they need. */
export function tableText(figures: readonly Figure[]): string {
  const rows = [COLUMNS, ...figures.map(cells)];
  const widths = COLUMNS.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join('');
}

/** The same for a document. */
export function tableMarkdown(figures: readonly Figure[]): string {
  const rows = [COLUMNS, ['---', '---:', '---:', '---:', '---:', '---'], ...figures.map(cells)];
  return rows.map((row) => `| ${row.join(' | ')} |\n`).join('');
}

/** The same for a machine: one object a line, in the figure's own unit. */
export function figureJson(figure: Figure): string {
  const { claim, unit, measured, floor = null, limit = null, samples } = figure;
  const ratio = ratioOf(figure) ?? null;
  return `${JSON.stringify({ claim, unit, measured, floor, ratio, limit, holds: holds(figure) ?? null, samples })}\n`;
}

function cells(figure: Figure): string[] {
  const { claim, unit, measured, floor, limit } = figure;
  const ratio = ratioOf(figure);
  const held = holds(figure);
  return [
    claim,
    format(measured, unit),
    floor === undefined ? '' : format(floor, unit),
    ratio === undefined ? '' : ratio.toFixed(2),
    limit === undefined ? '' : limitText(limit, unit),
    held === undefined ? '' : held ? 'yes' : isSteady(figure) ? 'NO' : 'UNSTEADY',
  ];
}

function limitText({ of, atMost }: NonNullable<Figure['limit']>, unit: Unit): string {
  return of === 'ratio' ? `<= ${atMost} x floor` : `<= ${format(atMost, unit)}`;
}

function format(value: number, unit: Unit): string {
  switch (unit) {
    case 'count':
      return value.toLocaleString('en-US');
    case 'ms':
      return value < 1000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(2)} s`;
    case 'bytes':
      return formatSize(value);
    case 'dollars':
      return `$${value.toFixed(6)}`;
  }
}
