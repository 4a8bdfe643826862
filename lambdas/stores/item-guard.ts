import type { AttributeValue, DeleteItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { Item } from './canonical-item.ts';

// An expression is limited to 4 KB and 300 operators and functions, its values to 2 MB, an item to 400 KB.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const EXPRESSION_MAX_BYTES = 4000;
const OPERATORS_MAX = 290;

type Guard = Required<
  Pick<
    DeleteItemCommandInput,
    'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
  >
>;

/**
 * The condition that an item is still what was read. DynamoDB has none on a whole item, so each scalar and set is compared
 * and each list and map sized, outer ones before inner ones, until the limits of an expression are reached: that is all of
 * an item with up to some 140 values.
 *
 * What this leaves open, for the milliseconds between the strongly consistent read that compared the item's hash and its
 * delete: an attribute that is added at the top level, and a change beyond those first values.
 */
export function unchangedItemCondition(item: Item): Guard {
  const clauses: string[] = [];
  const names: Record<string, string> = {};
  const values: Record<string, AttributeValue> = {};
  let [bytes, operators] = [0, 0];
  const nameOf = (name: string) => {
    const placeholder = `#${Object.keys(names).length}`;
    names[placeholder] = name;
    return placeholder;
  };
  const open: { readonly path: string; readonly value: AttributeValue }[] = Object.entries(item)
    .sort(byName)
    .map(([name, value]) => ({ path: nameOf(name), value }));

  for (const { path, value } of open) {
    const placeholder = `:${clauses.length}`;
    const elements = elementsOf(value);
    const clause = elements ? `size(${path})=${placeholder}` : `${path}=${placeholder}`;
    bytes += clause.length + ' AND '.length;
    operators += elements ? 3 : 2;
    if (bytes > EXPRESSION_MAX_BYTES || operators > OPERATORS_MAX) break;
    clauses.push(clause);
    values[placeholder] = elements ? { N: String(elements.length) } : value;
    for (const [step, element] of elements ?? [])
      if (open.length < OPERATORS_MAX)
        open.push({
          path: typeof step === 'number' ? `${path}[${step}]` : `${path}.${nameOf(step)}`,
          value: element,
        });
  }
  return {
    ConditionExpression: clauses.join(' AND '),
    ExpressionAttributeNames: usedNames(names, clauses),
    ExpressionAttributeValues: values,
  };
}

function elementsOf(value: AttributeValue): [string | number, AttributeValue][] | undefined {
  if (value.L) return [...value.L.entries()];
  if (value.M) return Object.entries(value.M).sort(byName);
  return undefined;
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** DynamoDB refuses a request that declares a name no expression uses. */
function usedNames(names: Readonly<Record<string, string>>, clauses: readonly string[]) {
  const used = new Set(clauses.flatMap((clause) => clause.match(/#\d+/g) ?? []));
  return Object.fromEntries(Object.entries(names).filter(([placeholder]) => used.has(placeholder)));
}
