import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { buildBareHandler } from '../../bench/bare-handler.ts';
import { LAMBDA_NAMES } from '../../infra/bundle.ts';
import { resourceOf } from '../support/assembly.ts';

const PROJECT = join(import.meta.dirname, '../..');

test.each(LAMBDA_NAMES)(
  'the bundle of %s is at most 1.25 times a bare handler with its clients',
  async (name) => {
    const id = `Offboarding${name.replaceAll('-', '')}functionFunction`;
    const { Properties } = resourceOf('Offboarding-prod', 'AWS::Lambda::Function', id);
    const { S3Key } = Properties.Code as { S3Key: string };
    const asset = join(inject('assemblyDirectory'), `asset.${S3Key.replace('.zip', '')}`);
    const [entry = ''] = globSync(`lambdas/**/${name}.lambda.ts`, { cwd: PROJECT });
    const bare = await buildBareHandler(name, entry, asset);
    const size = (directory: string) => statSync(join(directory, 'index.mjs')).size;
    expect(size(asset) / size(bare.directory)).toBeLessThanOrEqual(1.25);
  },
);
