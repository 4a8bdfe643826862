import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { BUNDLE_OPTIONS } from '../infra/bundle.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** What goes in: an entry file of this project, or the text of one. */
export type FunctionSource = { readonly file: string } | { readonly text: string };

/** Bundles a function of the bench exactly as those of the product are. @returns its directory */
export async function buildFunction(name: string, source: FunctionSource): Promise<string> {
  const directory = `${PROJECT}.build/bench/${name}`;
  const input: BuildOptions =
    'file' in source
      ? { entryPoints: [source.file] }
      : { stdin: { contents: source.text, resolveDir: PROJECT, loader: 'ts' } };
  await build({
    ...BUNDLE_OPTIONS,
    ...input,
    absWorkingDir: PROJECT,
    outfile: `${directory}/index.mjs`,
  });
  return directory;
}
