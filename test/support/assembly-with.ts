import { mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { EnvironmentVariable } from '../../lambdas/env.ts';
import type { StackName } from './assembly.ts';

/**
 * The assembly of this run, but for one setting that reaches the stack as an environment variable and as nothing else: as
 * if `infra/config.ts` had another value there, without synthesising once more.
 * @returns its directory
 */
export function assemblyWith(
  stack: StackName,
  variable: EnvironmentVariable,
  value: string,
): string {
  const assembly = inject('assemblyDirectory');
  const directory = mkdtempSync(join(tmpdir(), 'offboarding-assembly-'));
  const file = `${stack}.template.json`;
  for (const name of readdirSync(assembly))
    if (name !== file) symlinkSync(join(assembly, name), join(directory, name));
  const template = JSON.parse(readFileSync(join(assembly, file), 'utf8'), (key, before) =>
    key === variable ? value : before,
  );
  writeFileSync(join(directory, file), JSON.stringify(template));
  return directory;
}
