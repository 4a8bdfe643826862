import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPolicyEngine, validatePolicies } from '../../lambdas/policy-gate/policy-engine.ts';
import { parsePolicies } from '../../lambdas/policy-gate/policy-set.ts';
import { ENGINE, POLICY_FILES } from '../support/policies.ts';

const { policies } = ENGINE;
const SOURCES = /GDPR|infra\/config\.ts|docs\/|four-eyes|segregation/i;

describe('the policy files', () => {
  it('fit their schema', () => {
    expect(validatePolicies(policies, POLICY_FILES)).toEqual([]);
  });

  it.each(POLICY_FILES.policies)('$name has one comment for each policy', ({ text }) => {
    const comments = text.split(/^(?:@id\(|permit|forbid)/m)[0];
    expect(comments).toMatch(/^\/\/ /);
    const blocks = text.split(/\n\n/);
    for (const block of blocks.filter((one) => one.includes('@id('))) {
      expect(block.match(/@id\(/g)).toHaveLength(1);
      expect(block).toMatch(/^\/\/ [A-Z]/);
    }
    expect(blocks.filter((one) => one.includes('@id('))).toHaveLength(
      text.match(/^(?:permit|forbid) \(/gm)?.length ?? 0,
    );
  });

  it('say of each rule where it comes from', () => {
    const silent = POLICY_FILES.policies
      .flatMap(({ text }) => text.split(/\n\n/))
      .filter((block) => block.includes('@id(') && !SOURCES.test(commentOf(block)))
      .map((block) => /@id\("([^"]+)"\)/.exec(block)?.[1]);
    expect(silent).toEqual([]);
  });

  it('name no document that is not there', () => {
    const named = POLICY_FILES.policies.flatMap(({ text }) =>
      Array.from(text.matchAll(/\b(?:docs|infra)\/[\w/.-]+\w/g), ([path]) => path),
    );
    expect(named.length).toBeGreaterThan(10);
    const project = join(import.meta.dirname, '..', '..');
    expect(named.filter((path) => !existsSync(join(project, path)))).toEqual([]);
  });

  it('permit in the first file only, and only take away in all others', () => {
    const effects = POLICY_FILES.policies.map(({ name, text }) => [
      name,
      [...new Set(text.match(/^(?:permit|forbid)/gm))],
    ]);
    expect(effects).toEqual([
      ['1-roles.cedar', ['permit']],
      ['2-holds.cedar', ['forbid']],
      ['3-lifecycle.cedar', ['forbid']],
      ['4-usage.cedar', ['forbid']],
      ['5-floors.cedar', ['forbid']],
      ['6-force.cedar', ['forbid']],
      ['7-approval.cedar', ['forbid']],
    ]);
  });

  it('keep the order in which they are written', () => {
    const written = POLICY_FILES.policies.flatMap(({ text }) =>
      Array.from(text.matchAll(/@id\("([^"]+)"\)/g), ([, id]) => id),
    );
    expect(policies.map(({ id }) => id)).toEqual(written);
  });
});

const FORBID = '\nforbid (principal, action, resource);';

describe('a policy that nobody could answer with', () => {
  it.each([
    ['no id', `@code("LEGAL_HOLD")@reason("held")${FORBID}`, 'a policy has no @id'],
    ['no code', `@id("x")@reason("held")${FORBID}`, 'x has no @code that is known'],
    ['a code nobody knows', `@id("x")@code("HELD")@reason("held")${FORBID}`, 'x has no @code'],
    ['no reason', `@id("x")@code("LEGAL_HOLD")${FORBID}`, 'x has no @reason'],
    [
      'a kind nobody knows',
      `@id("x")@code("LEGAL_HOLD")@reason("held")@kind("maybe")${FORBID}`,
      'x is of no known @kind',
    ],
    ['no end', '@id("x") forbid (principal', 'bad.cedar: '],
  ])('has %s, and is refused', (_, text, message) => {
    const files = { schema: '', policies: [{ name: 'bad.cedar', text }] };
    expect(() => parsePolicies(files)).toThrow(message);
  });

  it('has the name of another, and is refused', () => {
    const text = `@id("x")@code("LEGAL_HOLD")@reason("held")${FORBID}`;
    const policy = { name: 'a.cedar', text };
    expect(() => parsePolicies({ schema: '', policies: [policy, policy] })).toThrow(
      'two policies are called x',
    );
  });
});

describe('a policy that does not fit the schema', () => {
  const finding = (text: string) => {
    const files = { ...POLICY_FILES, policies: [{ name: 'bad.cedar', text }] };
    return validatePolicies(parsePolicies(files), files);
  };
  const forbid = (when: string) =>
    `@id("x")@code("LEGAL_HOLD")@reason("held")\nforbid (principal, action == Action::"purge", resource) when { ${when} };`;

  it.each([
    ['an attribute that does not exist', 'resource.openHold > 0'],
    ['an attribute that may be absent', 'resource.daysInArchive < 30'],
    ['a comparison of different types', 'resource.openHolds == "none"'],
  ])('is found: %s', (_, when) => {
    expect(finding(forbid(when))).toEqual([expect.stringContaining('x: ')]);
  });

  it('is found: an action that does not exist', () => {
    const text = '@id("x") permit (principal, action == Action::"destroy", resource);';
    expect(finding(text)).not.toEqual([]);
  });
});

describe('a request that does not fit the schema', () => {
  const request = {
    principal: { type: 'Workflow', id: 'offboarding' },
    action: 'purge',
    resource: { type: 'Plane', id: 'kp_1' },
    context: {},
    entities: [],
  };

  it('is allowed nothing: the engine throws', () => {
    expect(() => ENGINE.rule(request)).toThrow('the policy engine: ');
  });

  it('is allowed nothing by an engine without the schema either, as it is deployed', () => {
    const deployed = createPolicyEngine(ENGINE.policies);
    expect(() => deployed.rule(request)).toThrow('the policy engine: ');
  });
});

function commentOf(block: string): string {
  return block
    .split('\n')
    .filter((line) => line.startsWith('//'))
    .join(' ');
}
