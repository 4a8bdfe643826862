import { describe, expect, it } from 'vitest';
import { readTemplate, resourcesOf } from '../support/assembly.ts';

const STACK = 'Offboarding-prod';

/** Logical ids that a part of a template refers to. */
function references(part: unknown): readonly string[] {
  if (Array.isArray(part)) return part.flatMap(references);
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) => {
    if (key === 'Ref') return [String(value)];
    if (key === 'Fn::GetAtt') return [String([value].flat()[0])];
    if (key === 'DependsOn') return [value].flat().map(String);
    if (key === 'Fn::Sub')
      return [...String([value].flat()[0]).matchAll(/\$\{([\w:]+)/g)].map(([, id = '']) => id);
    return references(value);
  });
}

// CloudFormation looks for cycles only when a stack is deployed, so this is the place to find one early.
describe('the stack', () => {
  const resources = new Map(resourcesOf(STACK));
  const needs = new Map(
    [...resources].map(([id, resource]) => [
      id,
      [...new Set(references(resource))].filter((other) => resources.has(other)),
    ]),
  );

  it('has no resource that needs itself', () => {
    const done = new Set<string>();
    const visit = (id: string, path: readonly string[]): void => {
      if (path.includes(id)) throw new Error(`cycle: ${[...path, id].join(' -> ')}`);
      if (done.has(id)) return;
      for (const next of needs.get(id) ?? []) visit(next, [...path, id]);
      done.add(id);
    };
    for (const id of needs.keys()) visit(id, []);
    expect(done.size).toBe(resources.size);
  });

  it('finds everything it refers to', () => {
    const parameters = Object.keys((readTemplate(STACK).Parameters as object) ?? {});
    const unknown = [...resources]
      .flatMap(([, resource]) => references(resource))
      .filter((id) => !resources.has(id) && !id.startsWith('AWS::') && !parameters.includes(id));
    expect(unknown).toEqual([]);
  });

  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
  it('stays well under the limits of CloudFormation', () => {
    expect(resources.size).toBeLessThan(400); // 500
    expect(JSON.stringify(readTemplate(STACK)).length).toBeLessThan(800_000); // 1 MB
  });

  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  it('keeps the policies of each role under the limit of IAM', () => {
    for (const [, { Properties }] of resourcesOf(STACK, 'AWS::IAM::Policy'))
      expect(JSON.stringify(Properties.PolicyDocument).length).toBeLessThan(10_240);
  });
});
