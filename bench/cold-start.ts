import { execFile } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LAMBDA_NAMES } from '../infra/bundle.ts';
import { LOCAL_REGION } from '../local/aws-service.ts';
import { buildBareHandler } from './bare-handler.ts';
import type { Figure } from './figure.ts';
import type { Measure } from './measures.ts';
import { median } from './median.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const IMPORT_TIME = fileURLToPath(new URL('import-time.ts', import.meta.url));
const LIMIT = { of: 'ratio', atMost: 1.25 } as const;

/** Two bundles that are imported beside each other. */
interface Pair {
  readonly claim: string;
  readonly limit?: typeof LIMIT;
  readonly own: string;
  readonly other: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Each Lambda against a handler that only makes the same clients: bytes of the bundle, and time until they are made. */
export const coldStart: Measure = async ({ startCloud, size, progress }) => {
  await using bench = await startCloud();
  const bundles: Figure[] = [];
  const pairs: Pair[] = [];
  for (const name of LAMBDA_NAMES) {
    const { directory, environment } = bench.cloud.lambda.describe(
      bench.functionName(name),
    ).definition;
    const [entry = ''] = globSync(`lambdas/**/${name}.lambda.ts`, { cwd: PROJECT });
    const bare = await buildBareHandler(name, entry, directory);
    const own = `${directory}/index.mjs`;
    const other = `${bare.directory}/index.mjs`;
    bundles.push({
      claim: `${name}: bundle`,
      unit: 'bytes',
      measured: statSync(own).size,
      floor: statSync(other).size,
      limit: LIMIT,
    });
    pairs.push({ claim: `${name}: import and clients`, limit: LIMIT, own, other, environment });
    const clients = bare.clients.map((client) => basename(client)).join(', ');
    progress(`${name}: ${clients}`);
    if (!bare.hasEngine) continue;
    const { directory: barest } = await buildBareHandler(name, entry, directory, {
      policies: false,
    });
    const claim = `${name}: the same, beside an engine without policies`;
    pairs.push({ claim, own, other: `${barest}/index.mjs`, environment });
  }
  return { figures: [...bundles, ...(await importTimes(pairs, size.coldStarts, progress))] };
};

/**
 * Round after round of all of them, each in turn with its floor: what else the machine does for some seconds falls on one start of
 * many pairs, and not on most of one pair's.
 */
async function importTimes(
  pairs: readonly Pair[],
  coldStarts: number,
  progress: (line: string) => void,
): Promise<Figure[]> {
  const started = pairs.map((pair) => ({
    pair,
    samples: { measured: [] as number[], floor: [] as number[] },
  }));
  for (let round = 1; round <= coldStarts; round += 1) {
    for (const { pair, samples } of started) {
      samples.measured.push(await importMs(pair.own, pair.environment));
      samples.floor.push(await importMs(pair.other, pair.environment));
    }
    progress(`round ${round} of ${coldStarts}`);
  }
  return started.map(({ pair: { claim, limit }, samples }) => ({
    claim,
    unit: 'ms',
    measured: median(samples.measured),
    floor: median(samples.floor),
    samples,
    ...(limit && { limit }),
  }));
}

/** In a process of its own, with the function's variables and without any cache of compiled code, as on Lambda. */
async function importMs(
  file: string,
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [IMPORT_TIME, file], {
    env: {
      ...environment,
      AWS_REGION: LOCAL_REGION,
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
  });
  return Number(stdout);
}
