import type { DeleteItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { Item } from './canonical-item.ts';

/**
 * A condition expression is limited to 4 KB and 300 operators, names and values to 2 MB together.
 * 140 comparisons and their conjunctions are 279 operators and, as `#a139=:a139 AND `, under 2.5 KB.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
export const PINNED_ATTRIBUTES_MAX = 140;

/**
 * The condition that an item is still what was read: it exists, and its first 140 attributes (by name) are unchanged.
 *
 * DynamoDB has no condition on a whole item. What this leaves open, for the milliseconds between the strongly
 * consistent read that compared the item's hash and its delete: an attribute that is added, or one beyond the 140th
 * that changes.
 */
export function unchangedItemCondition(
  item: Item,
  keyNames: readonly string[],
): Pick<
  DeleteItemCommandInput,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
> {
  const pinned = Object.entries(item)
    .filter(([name]) => !keyNames.includes(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, PINNED_ATTRIBUTES_MAX);
  const clauses = ['attribute_exists(#k)', ...pinned.map((_, index) => `#a${index}=:a${index}`)];
  return {
    ConditionExpression: clauses.join(' AND '),
    ExpressionAttributeNames: {
      '#k': keyNames[0] ?? '',
      ...Object.fromEntries(pinned.map(([name], index) => [`#a${index}`, name])),
    },
    ...(pinned.length > 0 && {
      ExpressionAttributeValues: Object.fromEntries(
        pinned.map(([, value], index) => [`:a${index}`, value]),
      ),
    }),
  };
}
