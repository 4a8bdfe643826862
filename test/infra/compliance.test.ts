import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, inject, it } from 'vitest';
import { enforceCompliance } from '../../infra/compliance.ts';
import { readTemplate, type StackName } from '../support/assembly.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const STACKS = ['Offboarding-dev', 'Offboarding-prod'] as const;

interface Suppression {
  readonly id: string;
  readonly reason: string;
}

function suppressions(stack: StackName): readonly Suppression[] {
  const resources = readTemplate(stack).Resources as Record<
    string,
    { Metadata?: { cdk_nag?: { rules_to_suppress: readonly Suppression[] } } }
  >;
  return Object.values(resources).flatMap(
    ({ Metadata }) => Metadata?.cdk_nag?.rules_to_suppress ?? [],
  );
}

describe('synthesis', () => {
  it('has found nothing in this app', () => {
    const report = JSON.parse(
      readFileSync(join(inject('assemblyDirectory'), 'validation-report.json'), 'utf8'),
    );
    const packs = report.pluginReports.filter(
      // What the app says by itself: test/infra/unheard.test.ts.
      ({ pluginName }: { pluginName: string }) => pluginName !== 'Construct Annotations',
    );
    expect(packs).toEqual([]);
  });

  it('fails on a finding of either pack', () => {
    const app = new App();
    new Bucket(new Stack(app, 'Careless'), 'Open');
    enforceCompliance(app);
    expect(() => app.synth()).toThrow(
      /AwsSolutions-S1[\s\S]*NIST\.800\.53\.R5-S3BucketVersioningEnabled/,
    );
  });
});

describe.each(STACKS)('%s', (stack) => {
  it('says of every rule that it does not follow why, and which file decided it', () => {
    const unexplained = suppressions(stack).filter(({ reason }) => {
      const [, file = ''] = /^.{30,} \((infra\/[\w-]+\.ts)\)$/.exec(reason) ?? [];
      return !existsSync(join(PROJECT, file || 'nowhere'));
    });
    expect(suppressions(stack).length).toBeGreaterThan(0);
    expect(unexplained).toEqual([]);
  });
});
