import { fileURLToPath } from 'node:url';
import { parseOptions } from '../command/parse-options.ts';
import { UsageError } from '../command/usage-error.ts';

export interface LocalArguments {
  /** Of the API; the AWS endpoint takes the next one. */
  readonly port: number;
  readonly documents: string;
  readonly help: boolean;
}

export const USAGE = `npm run local -- [options]

  --port <number>       port of the API; the AWS endpoint takes the next one (default 4510)
  --documents <folder>  Markdown files of the sample plane (default: docs/)
  --help                this text

Runs until Ctrl-C. Exits with 1 when it cannot start, and with 2 for arguments that are wrong.`;

const DOCS = fileURLToPath(new URL('../docs', import.meta.url));

/** @throws UsageError naming the argument that is wrong */
export function parseArguments(argv: readonly string[]): LocalArguments {
  const { values } = parseOptions({
    args: [...argv],
    options: {
      port: { type: 'string', default: '4510' },
      documents: { type: 'string', default: DOCS },
      help: { type: 'boolean', default: false },
    },
  });
  return { ...values, port: parsePort(values.port) };
}

/** @throws UsageError unless two ports in a row can be had from here, as far as numbers go */
function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_534)
    throw new UsageError(`--port ${text}: must be a whole number from 1 to 65534`);
  return port;
}
