import type { Statement } from './policy.ts';
import { type RequestContext, substituteVariables } from './request-context.ts';
import { matchesArn, matchesWildcard } from './wildcard.ts';

/** `unknown` is for what cannot be evaluated here: it never allows, and a Deny with it applies. */
export type Match = 'yes' | 'no' | 'unknown';

/** `undefined` when a value is not of the operator's kind. */
type ValueTest = (value: string, pattern: string) => boolean | undefined;
interface Operator {
  readonly test: ValueTest;
  readonly negated: boolean;
}

const equals: ValueTest = (value, pattern) => value === pattern;
const equalsIgnoringCase: ValueTest = (value, pattern) =>
  value.toLowerCase() === pattern.toLowerCase();
const like: ValueTest = (value, pattern) => matchesWildcard(pattern, value);
const arnLike: ValueTest = (value, pattern) => matchesArn(pattern, value);
const numeric =
  (holds: (value: number, bound: number) => boolean): ValueTest =>
  (value, bound) =>
    Number.isNaN(Number(value)) || Number.isNaN(Number(bound))
      ? undefined
      : holds(Number(value), Number(bound));

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
  NumericEquals: { test: numeric((value, bound) => value === bound), negated: false },
  NumericNotEquals: { test: numeric((value, bound) => value === bound), negated: true },
  NumericLessThan: { test: numeric((value, bound) => value < bound), negated: false },
  NumericLessThanEquals: { test: numeric((value, bound) => value <= bound), negated: false },
  NumericGreaterThan: { test: numeric((value, bound) => value > bound), negated: false },
  NumericGreaterThanEquals: { test: numeric((value, bound) => value >= bound), negated: false },
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
  if (operatorName === 'Null') return matchNull(rawPatterns, values);
  const [, quantifier, baseName = '', ifExists] =
    /^(ForAllValues:|ForAnyValue:)?(\w+?)(IfExists)?$/.exec(operatorName) ?? [];
  const operator = OPERATORS[baseName];
  if (!operator) return 'unknown';
  if (values.length === 0 && ifExists !== undefined) return 'yes';

  const patterns = rawPatterns.map((pattern) => substituteVariables(pattern, context));
  if (!patterns.every((pattern) => pattern !== undefined)) return 'unknown';
  const matches = values.map((value) => matchValue(operator, value, patterns));
  if (matches.includes('unknown')) return 'unknown';
  if (quantifier === 'ForAllValues:') return asMatch(!matches.includes('no'));
  if (quantifier === 'ForAnyValue:') return asMatch(matches.includes('yes'));
  const [match, ...more] = matches;
  if (match === undefined) return asMatch(operator.negated);
  return more.length === 0 ? match : 'unknown';
}

/** One value matches when any pattern does; negated, when none does. */
function matchValue(
  { test, negated }: Operator,
  value: string,
  patterns: readonly string[],
): Match {
  const results = patterns.map((pattern) => test(value, pattern));
  if (results.includes(undefined)) return 'unknown';
  return asMatch(results.includes(true) !== negated);
}

/** Whether the request lacks the key. */
function matchNull(patterns: readonly string[], values: readonly string[]): Match {
  const wanted = patterns.map((pattern) => pattern.toLowerCase());
  if (!wanted.every((pattern) => /^(true|false)$/.test(pattern))) return 'unknown';
  return asMatch(wanted.includes(String(values.length === 0)));
}

function asMatch(condition: boolean): Match {
  return condition ? 'yes' : 'no';
}
