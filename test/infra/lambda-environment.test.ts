import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { LAMBDA_NAMES, type LambdaName } from '../../infra/bundle.ts';
import { ENVIRONMENT_VARIABLES } from '../../lambdas/env.ts';
import { resourceOf } from '../support/assembly.ts';

/** The names of environment variables that stand in a function's bundle as string literals. */
function variablesRead(code: { readonly S3Key: string }): readonly string[] {
  const directory = `asset.${code.S3Key.replace('.zip', '')}`;
  const text = readFileSync(join(inject('assemblyDirectory'), directory, 'index.mjs'), 'utf8');
  const bundle = text.replaceAll('\\\n', ''); // esbuild wraps long lines, within strings too
  return ENVIRONMENT_VARIABLES.filter((variable) => bundle.includes(`"${variable}"`));
}

interface FunctionProperties {
  readonly Code: { readonly S3Key: string };
  readonly MemorySize: number;
  readonly Environment?: { readonly Variables: Readonly<Record<string, unknown>> };
}

function functionOf(name: LambdaName): FunctionProperties {
  const id = `Offboarding${name.replaceAll('-', '')}functionFunction`;
  const { Properties } = resourceOf('Offboarding-prod', 'AWS::Lambda::Function', id);
  return Properties as unknown as FunctionProperties;
}

describe('the environment of each Lambda function', () => {
  it('keeps V8 from letting garbage lie in what streams, whatever memory it has', () => {
    const options = LAMBDA_NAMES.map((name) => {
      const { MemorySize, Environment } = functionOf(name);
      return [name, MemorySize, Environment?.Variables.NODE_OPTIONS];
    });
    expect(options.filter(([, , set]) => set !== undefined)).toEqual([
      ['deactivate', 1024, '--max-semi-space-size=8 --max-old-space-size=768'],
      ['archive-plan', 1024, '--max-semi-space-size=8 --max-old-space-size=768'],
      ['archive-pack', 1769, '--max-semi-space-size=8 --max-old-space-size=1326'],
      ['archive-seal', 1024, '--max-semi-space-size=8 --max-old-space-size=768'],
      ['archive-evict', 1024, '--max-semi-space-size=8 --max-old-space-size=768'],
      ['purge', 1024, '--max-semi-space-size=8 --max-old-space-size=768'],
      ['request-approval', 1024, '--max-semi-space-size=8 --max-old-space-size=768'],
    ]);
  });

  it.each(LAMBDA_NAMES)('%s is set exactly what its code reads', (name) => {
    const { Code, Environment } = functionOf(name);
    // Node.js reads it, the code does not.
    const { NODE_OPTIONS: _, ...variables } = Environment?.Variables ?? {};
    expect(Object.keys(variables).sort()).toEqual([...variablesRead(Code)].sort());
  });
});
