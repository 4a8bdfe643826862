import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** With the names of its attributes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const ITEM_MAX_BYTES = 400 * 1024;

/** These attributes, and one that fills them up to the largest item that DynamoDB takes. */
export function largestItem(
  attributes: Readonly<Record<string, { readonly S: string }>>,
  fill: (bytes: number) => AttributeValue = (bytes) => ({ S: 'x'.repeat(bytes) }),
): Record<string, AttributeValue> {
  const used = Object.entries({ ...attributes, filled: { S: '' } })
    .flatMap(([name, { S }]) => [name, S])
    .reduce((bytes, text) => bytes + Buffer.byteLength(text), 0);
  return { ...attributes, filled: fill(ITEM_MAX_BYTES - used) };
}
