import { globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync } from 'esbuild';
import { type AssetFile, policyGateFiles } from './policy-gate-files.ts';

const ROOT = join(import.meta.dirname, '..');
const OUTPUT = join(ROOT, '.build', 'lambdas');
const ENTRY_SUFFIX = '.lambda.ts';

/** The Lambda functions of this product. A function's name is the name of its entry file: `<name>.lambda.ts`. */
export const LAMBDA_NAMES = [
  'locate',
  'deregister',
  'verify-deactivate',
  'deactivate',
  'archive-plan',
  'archive-pack',
  'archive-seal',
  'archive-evict',
  'purge',
  'recorder',
  'publish-events',
  'policy-gate',
  'request-approval',
  'remind-approval',
  'await-approval',
  'certificate',
  'certificate-final',
  'checkpoint',
  'api-planes',
  'api-offboarding',
  'api-approval',
  'api-evidence',
  'api-usage',
  'api-hold',
] as const;
export type LambdaName = (typeof LAMBDA_NAMES)[number];

/** How a function is bundled, but for what goes in and where it goes. */
export const BUNDLE_OPTIONS: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // With node's default order (main first) the AWS SDK is taken as CommonJS: half as much again.
  mainFields: ['module', 'main'],
  minify: true,
  // A stack trace in a log names our functions, on lines short enough to tell apart, without a source map to load at every
  // cold start. That costs 5 % of the bundle.
  keepNames: true,
  lineLimit: 160,
  legalComments: 'none',
  logLevel: 'warning',
};

let built = false;

/**
 * The bundle of one function, an ES module `index.mjs` that exports `handler`. The first call builds them all.
 * @throws Error that names each entry file that is missing, and esbuild's own errors
 */
export function lambdaCode(name: LambdaName): Code {
  if (!built) bundleLambdas();
  built = true;
  return Code.fromAsset(join(OUTPUT, name));
}

function bundleLambdas(): void {
  const { outputFiles } = buildSync({
    ...BUNDLE_OPTIONS,
    absWorkingDir: ROOT,
    entryPoints: entryPoints(),
    outdir: OUTPUT,
    outExtension: { '.js': '.mjs' },
    write: false,
  });
  const policyFiles = policyGateFiles(join(OUTPUT, 'policy-gate' satisfies LambdaName));
  for (const file of [...outputFiles, ...policyFiles]) writeIfChanged(file);
}

function entryPoints(): Record<string, string> {
  const files = new Map(
    globSync(`lambdas/**/*${ENTRY_SUFFIX}`, { cwd: ROOT }).map((file) => [
      basename(file, ENTRY_SUFFIX),
      file,
    ]),
  );
  const missing = LAMBDA_NAMES.filter((name) => !files.has(name));
  if (missing.length > 0)
    throw new Error(
      `no entry file for ${missing.map((name) => `lambdas/**/${name}${ENTRY_SUFFIX}`).join(', ')}`,
    );
  return Object.fromEntries(LAMBDA_NAMES.map((name) => [`${name}/index`, files.get(name) ?? '']));
}

/** Leaves a file alone that is already right, and else replaces it at once: another synthesis may be reading it. */
function writeIfChanged({ path, contents }: AssetFile): void {
  try {
    if (readFileSync(path).equals(contents)) return;
  } catch {
    mkdirSync(dirname(path), { recursive: true });
  }
  const temporary = `${dirname(path)}.${process.pid}.tmp`;
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
}
