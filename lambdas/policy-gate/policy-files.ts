import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SCHEMA = 'schema.cedarschema';

/** The text of `policies/`. */
export interface PolicyFiles {
  readonly schema: string;
  /** In the order of their names, which is the order in which reasons are given. */
  readonly policies: readonly { readonly name: string; readonly text: string }[];
}

/** @throws Error when there is no schema or no policy: nothing would be forbidden */
export function readPolicyFiles(directory: string): PolicyFiles {
  const names = globSync('*.cedar', { cwd: directory }).sort();
  if (names.length === 0) throw new Error(`no policies in ${directory}`);
  const read = (name: string) => readFileSync(join(directory, name), 'utf8');
  return {
    schema: read(SCHEMA),
    policies: names.map((name) => ({ name, text: read(name) })),
  };
}
