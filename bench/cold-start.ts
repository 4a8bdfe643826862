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

/** Each Lambda against a handler that only makes the same clients: bytes of the bundle, and time until they are made. */
export const coldStart: Measure = async ({ startCloud, size, progress }) => {
  await using bench = await startCloud();
  const bundles: Figure[] = [];
  const imports: Figure[] = [];
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
    const figure: Figure = {
      claim: `${name}: import and clients`,
      unit: 'ms',
      ...(await importsBeside(own, other, environment, size.coldStarts)),
      limit: LIMIT,
    };
    imports.push(figure);
    const clients = bare.clients.map((client) => basename(client)).join(', ');
    progress(
      `${name} (${clients}): ${figure.measured.toFixed(0)} ms of ${figure.floor?.toFixed(0)} ms`,
    );
    if (!bare.hasEngine) continue;
    const { directory: barest } = await buildBareHandler(name, entry, directory, {
      policies: false,
    });
    imports.push({
      claim: `${name}: the same, beside an engine without policies`,
      unit: 'ms',
      ...(await importsBeside(own, `${barest}/index.mjs`, environment, size.coldStarts)),
    });
  }
  return { figures: [...bundles, ...imports] };
};

/** In turn, so that what else the machine does falls on both. */
async function importsBeside(
  own: string,
  other: string,
  environment: Readonly<Record<string, string>>,
  coldStarts: number,
): Promise<Required<Pick<Figure, 'measured' | 'floor' | 'samples'>>> {
  const samples = { measured: [] as number[], floor: [] as number[] };
  for (let start = 1; start <= coldStarts; start += 1) {
    samples.measured.push(await importMs(own, environment));
    samples.floor.push(await importMs(other, environment));
  }
  return { measured: median(samples.measured), floor: median(samples.floor), samples };
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
