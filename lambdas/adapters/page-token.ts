import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { OffboardingError } from '../core/errors.ts';

type Key = Record<string, AttributeValue>;

/** Where a page ended, as an opaque string for a caller to send back. */
export function pageToken(lastEvaluatedKey: Key): string {
  return Buffer.from(JSON.stringify(unmarshall(lastEvaluatedKey))).toString('base64url');
}

/**
 * @param attributes the names of the table's key, all of them strings: DynamoDB fails on any other key
 * @throws OffboardingError `INVALID_REQUEST` for a token this product did not give out
 */
export function startKey(token: string, attributes: readonly string[]): Key {
  const shape = Object.fromEntries(
    attributes.map((name) => [name, z.string().check(z.minLength(1))]),
  );
  const key = z.strictObject(shape).safeParse(decoded(token));
  if (!key.success)
    throw new OffboardingError('INVALID_REQUEST', 'nextToken is not valid', {
      details: { field: 'nextToken' },
    });
  return marshall(key.data);
}

function decoded(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
