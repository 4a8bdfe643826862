/** A field of an event: what JSON can hold. */
export type EventValue =
  | null
  | boolean
  | number
  | string
  | readonly EventValue[]
  | { readonly [key: string]: EventValue };

export type EventFields = { readonly [key: string]: EventValue };

type Scalar = null | boolean | number | string;
/** Decides about one field. The values are those of the field, or of the list that it holds; none when it is not there. */
type FieldTest = (values: readonly EventValue[]) => boolean;
type EventTest = (event: EventFields) => boolean;

/**
 * Compiles an event pattern: exact values, `prefix`, `suffix`, `anything-but` and `exists`, nested as deep as the event.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 * @throws Error naming what would not be evaluated here
 */
export function compilePattern(pattern: EventFields): EventTest {
  const tests = Object.entries(pattern).map(([field, rule]): EventTest => {
    if (field === '$or') throw new Error('the event pattern operator $or is not evaluated here');
    if (Array.isArray(rule)) {
      const matches = anyOf(rule.map((matcher) => compileMatcher(field, matcher)));
      return (event) => matches(valuesOf(event[field]));
    }
    if (!isFields(rule)) throw new Error(`the event pattern of ${field} is no list`);
    const matches = compilePattern(rule);
    return (event) => {
      const inner = event[field];
      return matches(isFields(inner) ? inner : {});
    };
  });
  if (tests.length === 0) throw new Error('an event pattern without fields');
  return (event) => tests.every((matches) => matches(event));
}

function compileMatcher(field: string, matcher: EventValue): FieldTest {
  if (isScalar(matcher)) return (values) => values.includes(matcher);
  if (isFields(matcher)) {
    const [[operator, operand] = [], ...others] = Object.entries(matcher);
    if (others.length === 0) {
      const test = compileOperator(operator, operand);
      if (test) return test;
    }
  }
  throw new Error(`${field}: ${JSON.stringify(matcher)} is not evaluated here`);
}

function compileOperator(
  operator: string | undefined,
  operand: EventValue | undefined,
): FieldTest | undefined {
  if (operator === 'exists' && typeof operand === 'boolean')
    return (values) => values.length > 0 === operand;
  if (operator === 'prefix' && typeof operand === 'string')
    return textTest((text) => text.startsWith(operand));
  if (operator === 'suffix' && typeof operand === 'string')
    return textTest((text) => text.endsWith(operand));
  if (operator !== 'anything-but' || operand === undefined) return undefined;
  const isRefused = isFields(operand) ? refusedText(operand) : refusedValues(operand);
  // A field that is not there is not anything either.
  return isRefused && ((values) => values.some((value) => !isRefused(value)));
}

function refusedValues(operand: EventValue): (value: EventValue) => boolean {
  const refused = valuesOf(operand);
  return (value) => refused.includes(value);
}

function refusedText(operand: EventFields): ((value: EventValue) => boolean) | undefined {
  const { prefix, ...others } = operand;
  if (typeof prefix !== 'string' || Object.keys(others).length > 0) return undefined;
  return (value) => typeof value === 'string' && value.startsWith(prefix);
}

function textTest(holds: (text: string) => boolean): FieldTest {
  return (values) => values.some((value) => typeof value === 'string' && holds(value));
}

function anyOf(tests: readonly FieldTest[]): FieldTest {
  return (values) => tests.some((test) => test(values));
}

function valuesOf(value: EventValue | undefined): readonly EventValue[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function isScalar(value: EventValue): value is Scalar {
  return value === null || typeof value !== 'object';
}

function isFields(value: EventValue | undefined): value is EventFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
