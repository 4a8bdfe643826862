import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ENTRY = fileURLToPath(new URL('query-endpoint.lambda.ts', import.meta.url));
const DIRECTORY = fileURLToPath(new URL('../../.build/demo/query-endpoint', import.meta.url));

let bundled: Promise<string> | undefined;

/** Builds the demo's query endpoint like a Lambda of the product; once per process. Returns its directory. */
export function bundleQueryEndpoint(): Promise<string> {
  bundled ??= build({
    entryPoints: [ENTRY],
    outfile: `${DIRECTORY}/index.mjs`,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    logLevel: 'error',
  }).then(() => DIRECTORY);
  return bundled;
}
