import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { unchangedItemCondition } from '../../lambdas/stores/item-guard.ts';

test('scalars and sets are compared, lists and maps are sized and then compared inside', () => {
  expect(
    unchangedItemCondition({
      b: { SS: ['y', 'x'] },
      a: { N: '1' },
      c: { M: { z: { L: [{ BOOL: true }] } } },
    }),
  ).toEqual({
    ConditionExpression: '#0=:0 AND #1=:1 AND size(#2)=:2 AND size(#2.#3)=:3 AND #2.#3[0]=:4',
    ExpressionAttributeNames: { '#0': 'a', '#1': 'b', '#2': 'c', '#3': 'z' },
    ExpressionAttributeValues: {
      ':0': { N: '1' },
      ':1': { SS: ['y', 'x'] },
      ':2': { N: '1' },
      ':3': { N: '1' },
      ':4': { BOOL: true },
    },
  });
});

test.each([
  ['1,000 attributes', Object.fromEntries(numbers(1000).map((n) => [`a${n}`, { N: `${n}` }]))],
  ['a list of 5,000 numbers', { list: { L: numbers(5000).map((n) => ({ N: `${n}` })) } }],
  ['maps 30 deep', { deep: nested(30) }],
] satisfies [string, Record<string, AttributeValue>][])(
  'an item with %s stays within the limits of an expression',
  (_, item) => {
    const { ConditionExpression, ExpressionAttributeNames } = unchangedItemCondition(item);
    const expression = ConditionExpression ?? '';
    expect(expression.length).toBeLessThanOrEqual(4096);
    expect(expression.match(/=|AND|size/g)?.length).toBeLessThanOrEqual(300);
    for (const name of Object.keys(ExpressionAttributeNames ?? {}))
      expect(expression).toMatch(new RegExp(`${name}\\b`));
  },
);

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function nested(depth: number): AttributeValue {
  return depth === 0 ? { M: {} } : { M: { inner: nested(depth - 1) } };
}
