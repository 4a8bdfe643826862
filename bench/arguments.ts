import { parseOptions } from '../command/parse-options.ts';
import { UsageError } from '../command/usage-error.ts';
import { type PlaneSize, parsePlane } from './size.ts';

export const ROWS = [
  'archive-small-objects',
  'archive-large-objects',
  'pack-memory',
  'inventory-memory',
  'purge-requests',
  'cold-start',
  'offboarding-cost',
] as const;
export type RowName = (typeof ROWS)[number];

export interface BenchArguments {
  readonly rows: readonly RowName[];
  readonly quick: boolean;
  readonly json: boolean;
  readonly help: boolean;
  readonly project?: readonly PlaneSize[];
  readonly retentionDays: number;
}

export const USAGE = `npm run bench -- [options]

  --only <row>             one of ${ROWS.join(', ')}; may be given again
  --quick                  smaller sizes, for working on the bench: the claims are about the full ones
  --json                   one JSON object a line, for machines
  --project <count>x<size> what a plane of so many objects would need on AWS, such as 10000000x20KB (KB, MB, GB: 1,024),
                           from what the last full run measured (bench/measured.json); several sizes with a plus:
                           10000000x20KB+200x6GB
  --retention-days <days>  how long the archive of that plane is kept (default: 365)
  --help                   this text

Exits with 1 when a row does not hold, or cannot be measured, and with 2 for arguments that are wrong. A full run renews bench/measured.json and the table in docs/performance.md.`;

/** @throws UsageError naming the argument that is wrong */
export function parseArguments(argv: readonly string[]): BenchArguments {
  const { values } = parseOptions({
    args: [...argv],
    options: {
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      project: { type: 'string' },
      'retention-days': { type: 'string' },
    },
  });
  const { only, quick, json, help, project, 'retention-days': days = '365' } = values;
  // A projection measures nothing, and a measurement keeps nothing: what would be ignored was meant otherwise.
  if (project !== undefined && (only !== undefined || quick))
    throw new UsageError('--only and --quick are about measuring, and --project measures nothing');
  if (project === undefined && values['retention-days'] !== undefined)
    throw new UsageError('--retention-days belongs to --project');
  if (!/^\d{1,5}$/.test(days))
    throw new UsageError(`--retention-days: '${days}' is no whole number of days`);
  return {
    rows: only?.map(rowName) ?? ROWS,
    quick,
    json,
    help,
    retentionDays: Number(days),
    ...(project !== undefined && { project: parsePlane(project) }),
  };
}

function rowName(name: string): RowName {
  const found = ROWS.find((row) => row === name);
  if (!found) throw new UsageError(`there is no row '${name}': ${ROWS.join(', ')}`);
  return found;
}
