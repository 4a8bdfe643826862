import type { Statement } from './policy.ts';
import { type RequestContext, substituteVariables } from './request-context.ts';
import { matchesArn, matchesWildcard } from './wildcard.ts';

/** `unknown` is for what cannot be evaluated here: it never allows, and a Deny with it applies. */
export type Match = 'yes' | 'no' | 'unknown';

type ValueTest = (value: string, pattern: string) => boolean;
interface Operator {
  readonly test: ValueTest;
  readonly negated: boolean;
}

const equals: ValueTest = (value, pattern) => value === pattern;
const equalsIgnoringCase: ValueTest = (value, pattern) =>
  value.toLowerCase() === pattern.toLowerCase();
const like: ValueTest = (value, pattern) => matchesWildcard(pattern, value);
const arnLike: ValueTest = (value, pattern) => matchesArn(pattern, value);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: { test: equals, negated: false },
  StringNotEquals: { test: equals, negated: true },
  StringEqualsIgnoreCase: { test: equalsIgnoringCase, negated: false },
  StringNotEqualsIgnoreCase: { test: equalsIgnoringCase, negated: true },
  StringLike: { test: like, negated: false },
  StringNotLike: { test: like, negated: true },
  // ArnEquals and ArnLike behave the same, wildcards included.
  ArnEquals: { test: arnLike, negated: false },
  ArnLike: { test: arnLike, negated: false },
  ArnNotEquals: { test: arnLike, negated: true },
  ArnNotLike: { test: arnLike, negated: true },
  Bool: { test: equalsIgnoringCase, negated: false },
  NumericEquals: { test: (value, bound) => Number(value) === Number(bound), negated: false },
  NumericNotEquals: { test: (value, bound) => Number(value) === Number(bound), negated: true },
  NumericLessThan: { test: (value, bound) => Number(value) < Number(bound), negated: false },
  NumericLessThanEquals: { test: (value, bound) => Number(value) <= Number(bound), negated: false },
  NumericGreaterThan: { test: (value, bound) => Number(value) > Number(bound), negated: false },
  NumericGreaterThanEquals: {
    test: (value, bound) => Number(value) >= Number(bound),
    negated: false,
  },
};

/** Every operator and every key of a Condition block must hold. */
export function matchConditions(
  conditions: Statement['conditions'],
  context: RequestContext,
): Match {
  const matches = Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, patterns]) => matchKey(operator, key, patterns, context)),
  );
  if (matches.includes('no')) return 'no';
  return matches.includes('unknown') ? 'unknown' : 'yes';
}

function matchKey(
  operatorName: string,
  key: string,
  rawPatterns: readonly string[],
  context: RequestContext,
): Match {
  const values = context.get(key.toLowerCase());
  if (values === undefined) return 'unknown';
  if (operatorName === 'Null') {
    return asMatch(rawPatterns.includes(values.length === 0 ? 'true' : 'false'));
  }
  const [, quantifier, baseName = '', ifExists] =
    /^(ForAllValues:|ForAnyValue:)?(\w+?)(IfExists)?$/.exec(operatorName) ?? [];
  const operator = OPERATORS[baseName];
  if (!operator) return 'unknown';

  const patterns = rawPatterns.map((pattern) => substituteVariables(pattern, context));
  if (!patterns.every((pattern) => pattern !== undefined)) return 'unknown';
  // One value matches when any pattern does; negated, when none does.
  const holds = (value: string): boolean =>
    patterns.some((pattern) => operator.test(value, pattern)) !== operator.negated;

  if (quantifier === 'ForAllValues:') return asMatch(values.every(holds));
  if (quantifier === 'ForAnyValue:') return asMatch(values.some(holds));
  const [value] = values;
  if (value === undefined) return asMatch(ifExists !== undefined || operator.negated);
  return values.length === 1 ? asMatch(holds(value)) : 'unknown';
}

function asMatch(condition: boolean): Match {
  return condition ? 'yes' : 'no';
}
