import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertPlanesApart } from '../../infra/assert-planes-apart.ts';
import { ENVIRONMENTS } from '../../infra/config.ts';
import { canMatchTheSame } from '../../infra/pattern-overlap.ts';
import { matchesPattern } from '../../lambdas/core/wildcard.ts';

const ONE = { account: '111111111111', region: 'eu-central-1' };
const OTHER = { account: '222222222222', region: 'eu-central-1' };
const APART = { buckets: ['mine-*'], tables: ['mine-*'], functions: ['mine-*'] };

const environment = (
  changes: Partial<typeof APART>,
  target?: { readonly account: string; readonly region: string },
) => ({ planeResources: { ...APART, ...changes }, ...(target && { target }) });

describe('two patterns can match the same name', () => {
  it.each([
    ['knowledge-*', 'knowledge-*', true],
    ['knowledge-*', 'knowledge-prod-*', true],
    ['knowledge-dev-*', 'knowledge-prod-*', false],
    ['knowledge-dev-*', '*-prod', true],
    ['*-dev', '*-prod', false],
    ['a*b', 'ab', true],
    ['a*a', 'a', false],
    ['a*c*e', 'ab*de', true],
    ['a*c', 'b*c', false],
    ['documents', 'documents', true],
    ['documents', 'document', false],
    ['*', 'documents', true],
    ['a**', '*a', true],
  ])('%s and %s: %s', (one, other, expected) => {
    expect([canMatchTheSame(one, other), canMatchTheSame(other, one)]).toEqual([
      expected,
      expected,
    ]);
  });

  it('exactly when there is a name that both match', () => {
    // A name that both match need not be longer than both together.
    const names = [''];
    for (let at = 0; at < names.length && (names[at]?.length ?? 0) < 8; at += 1)
      names.push(`${names[at]}a`, `${names[at]}b`);
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 4 });
    fc.assert(
      fc.property(pattern, pattern, (one, other) => {
        expect(canMatchTheSame(one, other)).toBe(
          names.some((name) => matchesPattern(name, one) && matchesPattern(name, other)),
        );
      }),
    );
  });
});

describe('the planes of two environments', () => {
  it('are apart as configured', () => {
    expect(() => assertPlanesApart(ENVIRONMENTS)).not.toThrow();
  });

  it.each([
    ['no account is named', undefined, undefined],
    ['only one is named', ONE, undefined],
    ['both are in one account', ONE, { ...ONE, region: 'us-east-1' }],
  ])('may not have names in common when %s', (_, target, otherTarget) => {
    const test = environment({ buckets: ['a', 'kb-*'] }, target);
    const live = environment({ buckets: ['b', 'kb-live-*'], tables: ['t'] }, otherTarget);
    expect(() =>
      assertPlanesApart({
        test,
        live: { ...live, planeResources: { ...live.planeResources, functions: ['f'] } },
      }),
    ).toThrow(
      'test could offboard the planes of live, and the other way round: they may be in one account, and "kb-*" of test and ' +
        '"kb-live-*" of live can be the same bucket. Give each environment names of its own (planeResources in ' +
        'infra/config.ts) or an account of its own (target).',
    );
  });

  it.each([
    ['tables', 'table'],
    ['functions', 'function'],
  ])('may not have %s in common', (kind, noun) => {
    const apart = { buckets: ['b'], tables: ['t'], functions: ['f'], [kind]: ['mine-x'] };
    expect(() => assertPlanesApart({ one: environment({}), other: environment(apart) })).toThrow(
      `can be the same ${noun}.`,
    );
  });

  it('may have the same names in two accounts', () => {
    expect(() =>
      assertPlanesApart({ one: environment({}, ONE), other: environment({}, OTHER) }),
    ).not.toThrow();
  });

  it.each(['kb-?', 'kb/*', '', 'a,b'])('have names that AWS gives: not "%s"', (bucket) => {
    expect(() => assertPlanesApart({ one: environment({ buckets: [bucket] }) })).toThrow(
      `planeResources.buckets of one has "${bucket}", which is neither a name nor a pattern with *`,
    );
  });
});
