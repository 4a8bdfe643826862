import { styleText } from 'node:util';

/** How the demo tells its story. `check` is the only thing that decides the exit code. */
export interface Reporter {
  act(title: string): void;
  say(text: string): void;
  /** Something that happened in the cloud, at its virtual time. */
  event(at: Date, plane: string, text: string): void;
  check(claim: string, held: boolean, found?: string): void;
  /** Rows under a heading; for people aligned columns, for machines one object a row. */
  table(title: string, rows: readonly Readonly<Record<string, string | number>>[]): void;
  /** Names of the checks that did not hold. */
  readonly failed: readonly string[];
  end(): void;
}

type Output = Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean };

export function consoleReporter(output: Output): Reporter {
  const failed: string[] = [];
  let checks = 0;
  const line = (text = '') => output.write(`${text}\n`);
  // Colours only where somebody sees them; NO_COLOR as on https://no-color.org.
  const colour = Boolean(output.isTTY) && !process.env.NO_COLOR;
  const paint = (format: 'bold' | 'green' | 'red' | 'dim', text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  return {
    failed,
    act(title) {
      line();
      line(paint('bold', title));
    },
    say: (text) => line(`  ${text}`),
    event: (at, plane, text) =>
      line(`  ${paint('dim', at.toISOString().slice(0, 16).replace('T', ' '))}  ${plane}  ${text}`),
    check(claim, held, found) {
      checks += 1;
      if (!held) failed.push(claim);
      const mark = held ? paint('green', 'ok  ') : paint('red', 'FAIL');
      line(`  ${mark} ${claim}${found === undefined ? '' : `: ${found}`}`);
    },
    table(title, rows) {
      line(`  ${title}`);
      for (const text of align(rows)) line(`    ${text}`);
    },
    end() {
      line();
      if (failed.length === 0) line(`All ${checks} checks held.`);
      else line(`${failed.length} of ${checks} checks did not hold: ${failed.join('; ')}`);
    },
  };
}

/** One JSON object a line, `type` first; the last line is `{"type":"end","failed":[…]}`. */
export function jsonReporter(output: Output): Reporter {
  const failed: string[] = [];
  const line = (value: object) => output.write(`${JSON.stringify(value)}\n`);
  return {
    failed,
    act: (title) => line({ type: 'act', title }),
    say: (text) => line({ type: 'say', text }),
    event: (at, plane, text) => line({ type: 'event', at: at.toISOString(), plane, text }),
    check(claim, held, found) {
      if (!held) failed.push(claim);
      line({ type: 'check', claim, held, found });
    },
    table(title, rows) {
      for (const row of rows) line({ type: 'row', table: title, ...row });
    },
    end: () => line({ type: 'end', failed }),
  };
}

function align(rows: readonly Readonly<Record<string, string | number>>[]): string[] {
  const columns = Object.keys(rows[0] ?? {});
  const widths = columns.map((column) =>
    Math.max(column.length, ...rows.map((row) => String(row[column] ?? '').length)),
  );
  const format = (cells: readonly string[], numeric: readonly boolean[]) =>
    cells
      .map((cell, i) => (numeric[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  const numeric = columns.map((column) => typeof rows[0]?.[column] === 'number');
  return [
    format(columns, numeric),
    ...rows.map((row) =>
      format(
        columns.map((column) => String(row[column] ?? '')),
        numeric,
      ),
    ),
  ];
}
