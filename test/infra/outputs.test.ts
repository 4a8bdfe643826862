import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { readTemplate as readLocalTemplate } from '../../local/template.ts';
import { readTemplate, resourceOf, type StackName } from '../support/assembly.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const STACKS: readonly StackName[] = ['Offboarding-dev', 'Offboarding-prod'];

interface RawOutput {
  readonly Value: unknown;
  readonly Description?: string;
}

function outputsOf(stack: StackName) {
  return readTemplate(stack).Outputs as Readonly<Record<string, RawOutput>>;
}

/** What the documents call an output: `output ApiUrl`, "outputs `A` and `B`", `OutputKey=='LedgerTable'`. */
function outputsInDocuments(): readonly string[] {
  const pages = globSync(['*.md', 'docs/*.md'], { cwd: PROJECT });
  const text = pages.map((page) => readFileSync(join(PROJECT, page), 'utf8')).join('\n');
  const names = [
    ...text.matchAll(/\boutputs? `?([A-Z][a-z]\w+)`?(?: and `([A-Z]\w+)`)?/g),
    ...text.matchAll(/OutputKey=='(\w+)'/g),
  ].flatMap(([, ...found]) => found.filter((name) => name !== undefined));
  return [...new Set(names)].sort();
}

describe.each(STACKS)('the outputs of %s', (stack) => {
  it('have the names that the documents call them by, and say what they are', () => {
    const outputs = outputsOf(stack);
    expect(Object.keys(outputs)).toEqual(expect.arrayContaining([...outputsInDocuments()]));
    for (const [name, { Description }] of Object.entries(outputs)) {
      expect(name).toMatch(/^([A-Z][a-z]+)+$/);
      expect(Description).toMatch(/./);
    }
  });

  it('end the address of the API without a slash, so that a path can follow', () => {
    const { outputs } = readLocalTemplate(inject('assemblyDirectory'), stack);
    expect(outputs.ApiUrl).toMatch(/^https:\/\/[\w.-]+\/v1$/);
  });

  it('lead to the key that signs', () => {
    const { logicalId } = resourceOf(stack, 'AWS::KMS::Key', 'OffboardingEvidenceSigningKey');
    expect(outputsOf(stack).SigningKeyArn?.Value).toEqual({ 'Fn::GetAtt': [logicalId, 'Arn'] });
  });
});

it('the documents name outputs', () => {
  expect(outputsInDocuments()).toEqual([
    'ApiUrl',
    'ApproversTopicArn',
    'EscalationTopicArn',
    'EventBusName',
    'EvidenceBucket',
    'LedgerTable',
    'SigningKeyArn',
    'StateMachineArn',
    'UndeliveredEventsQueueUrl',
    'UndeliveredEvidenceQueueUrl',
    'UndeliveredPurgesQueueUrl',
    'VaultBucket',
  ]);
});
