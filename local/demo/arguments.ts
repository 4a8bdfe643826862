import { fileURLToPath } from 'node:url';
import { parseOptions } from '../../command/parse-options.ts';

export interface DemoArguments {
  readonly documents: string;
  readonly question: string;
  readonly json: boolean;
  readonly help: boolean;
}

export const USAGE = `npm run demo -- [options]

  --documents <folder>  Markdown files to build the plane from (default: those under node_modules)
  --question <text>     what to ask the plane (default: one that tar-stream's README answers)
  --json                one JSON object a line, for machines
  --help                this text

Exits with 1 when a check does not hold, or the story breaks off, and with 2 for arguments that are wrong.`;

const NODE_MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** @throws UsageError naming the argument that is not known */
export function parseArguments(argv: readonly string[]): DemoArguments {
  const { values } = parseOptions({
    args: [...argv],
    options: {
      documents: { type: 'string', default: NODE_MODULES },
      question: { type: 'string', default: 'How do I stream a tar archive entry by entry?' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return values;
}
