import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { LAMBDA_NAMES } from '../../infra/bundle.ts';
import { ENVIRONMENT_VARIABLES } from '../../lambdas/env.ts';
import { resourceOf } from '../support/assembly.ts';

/** The names of environment variables that stand in a function's bundle as string literals. */
function variablesRead(code: { readonly S3Key: string }): readonly string[] {
  const directory = `asset.${code.S3Key.replace('.zip', '')}`;
  const text = readFileSync(join(inject('assemblyDirectory'), directory, 'index.mjs'), 'utf8');
  const bundle = text.replaceAll('\\\n', ''); // esbuild wraps long lines, within strings too
  return ENVIRONMENT_VARIABLES.filter((variable) => bundle.includes(`"${variable}"`));
}

describe('the environment of each Lambda function', () => {
  it.each(LAMBDA_NAMES)('%s is set exactly what its code reads', (name) => {
    const id = `Offboarding${name.replaceAll('-', '')}functionFunction`;
    const { Properties } = resourceOf('Offboarding-prod', 'AWS::Lambda::Function', id);
    const { Code, Environment } = Properties as {
      Code: { S3Key: string };
      Environment?: { Variables: Record<string, unknown> };
    };
    const set = Object.keys(Environment?.Variables ?? {}).sort();
    expect(set).toEqual([...variablesRead(Code)].sort());
  });
});
