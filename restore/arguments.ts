import { parseOptions } from '../command/parse-options.ts';
import { UsageError } from '../command/usage-error.ts';

export const TIERS = ['Bulk', 'Standard'] as const;
export type Tier = (typeof TIERS)[number];

export interface RestoreArguments {
  readonly planeId: string;
  readonly ledgerTable: string;
  /** Undefined: everything. */
  readonly document?: DocumentChoice;
  readonly folder: string;
  readonly tier: Tier;
  readonly days: number;
  readonly wait: boolean;
}

export interface DocumentChoice {
  readonly key: string;
  readonly version?: string;
  readonly store?: number;
  /** True: reads the whole index, and relies on no order. */
  readonly everyPart: boolean;
}

export const USAGE = `npm run restore -- --plane <id> --ledger-table <name> (--document <key> | --all) [options]

  --plane <id>            the plane, ARCHIVED and not yet purged
  --ledger-table <name>   table of the ledger, an output of the stack (default: $LEDGER_TABLE)
  --document <key>        one document by its key, or one item by the DynamoDB JSON of its primary key
  --version <id>          of the document (default: the one that was the latest when the plane was archived)
  --store <number>        which of the plane's stores, from 0, when the key is in more than one
  --every-part            read the whole index for it, and not only the parts that can name it by the order of keys
  --all                   every version of every document, and every item
  --to <folder>           where to write: new, empty, or of an earlier restore of this archive (default: restored)
  --tier Bulk|Standard    how fast S3 brings back what lies in a Glacier class (default: Standard)
  --days <number>         how long S3 then keeps it readable (default: 7)
  --no-wait               ask S3 for what is not readable yet, and end
  --help                  this text

Ends with 0 when everything asked for is there, 1 on an error, 2 for arguments that are wrong, 3 when S3 is not ready yet.
AWS credentials, region and AWS_ENDPOINT_URL are taken from the environment, as by any AWS tool.`;

const MOST_DAYS = 365;

/**
 * @returns undefined when help was asked for
 * @throws UsageError naming the argument that is wrong
 */
export function parseArguments(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): RestoreArguments | undefined {
  const { values } = readOptions(argv);
  if (values.help) return undefined;
  const { plane, document, version, all, to, tier, days, 'no-wait': noWait } = values;
  const ledgerTable = values['ledger-table'] ?? environment.LEDGER_TABLE;
  if (!plane) throw new UsageError('--plane is missing');
  if (!ledgerTable) throw new UsageError('--ledger-table is missing');
  if ((document === undefined) !== all)
    throw new UsageError('say either --document <key> or --all');
  const everyPart = values['every-part'];
  if (document === undefined && (version !== undefined || values.store !== undefined || everyPart))
    throw new UsageError('--version, --store and --every-part belong to --document');
  if (!to) throw new UsageError('--to needs a folder');
  const known = TIERS.find((name) => name === tier);
  if (!known) throw new UsageError(`--tier ${tier}: must be Bulk or Standard`);
  return {
    planeId: plane,
    ledgerTable,
    folder: to,
    tier: known,
    days: wholeNumber('--days', days, 1, MOST_DAYS),
    wait: !noWait,
    ...(document !== undefined && {
      document: {
        key: document,
        everyPart,
        ...(version !== undefined && { version }),
        ...(values.store !== undefined && { store: wholeNumber('--store', values.store, 0, 999) }),
      },
    }),
  };
}

function readOptions(argv: readonly string[]) {
  return parseOptions({
    args: [...argv],
    options: {
      plane: { type: 'string' },
      'ledger-table': { type: 'string' },
      document: { type: 'string' },
      version: { type: 'string' },
      store: { type: 'string' },
      'every-part': { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      to: { type: 'string', default: 'restored' },
      tier: { type: 'string', default: 'Standard' },
      days: { type: 'string', default: '7' },
      'no-wait': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least || number > most)
    throw new UsageError(`${name} ${text}: must be a whole number from ${least} to ${most}`);
  return number;
}
