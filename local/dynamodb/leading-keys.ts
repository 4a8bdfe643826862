import type { AttributeMap, OperationInput } from './operation-input.ts';

/** Names of the partition keys of a table and of its indexes. */
export interface TableKeys {
  readonly partitionKey: string;
  readonly indexPartitionKeys: ReadonlyMap<string, string>;
}

/**
 * The values for the condition key `dynamodb:LeadingKeys`: every partition key that the call names. A Scan names none.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 * @returns undefined when they cannot be told
 */
export function leadingKeys(
  input: OperationInput,
  table: string,
  { partitionKey, indexPartitionKeys }: TableKeys,
  operation: string,
): readonly string[] | undefined {
  const share = input.RequestItems?.[table];
  const items: readonly (AttributeMap | undefined)[] = Array.isArray(share)
    ? share.map(({ PutRequest, DeleteRequest }) => PutRequest?.Item ?? DeleteRequest?.Key)
    : share
      ? share.Keys
      : [input.Key ?? input.Item];
  const name = indexPartitionKeys.get(input.IndexName ?? '') ?? partitionKey;
  const values = new Set(items.flatMap((item) => scalar(item?.[name])));
  for (const value of queriedKey(input, name)) values.add(value);
  // A query has one always: here it is said in a form that is not read, and an empty list would satisfy ForAllValues.
  return operation === 'Query' && values.size === 0 ? undefined : [...values];
}

/** A key condition is `name = :value`, alone or joined by AND to one on the sort key. */
function queriedKey(input: OperationInput, partitionKey: string): readonly string[] {
  const equalities = (input.KeyConditionExpression ?? '').matchAll(
    /([#\w.-]+)\s*=\s*(:\w+)|(:\w+)\s*=\s*([#\w.-]+)/g,
  );
  for (const [, left, right, reverseRight, reverseLeft] of equalities) {
    const name = left ?? reverseLeft ?? '';
    if ((input.ExpressionAttributeNames?.[name] ?? name) !== partitionKey) continue;
    return scalar(input.ExpressionAttributeValues?.[right ?? reverseRight ?? '']);
  }
  return [];
}

/** A key is a string, a number or bytes; each is text on the wire. */
function scalar(value: AttributeMap[string] | undefined): readonly string[] {
  const text = value?.S ?? value?.N ?? value?.B;
  return typeof text === 'string' ? [text] : [];
}
