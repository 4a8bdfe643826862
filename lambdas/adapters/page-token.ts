import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { z } from 'zod';
import { OffboardingError } from '../core/errors.ts';

type Key = Record<string, AttributeValue>;

/** Where a page ended, as an opaque string for a caller to send back. */
export function pageToken(lastEvaluatedKey: Key): string {
  return Buffer.from(JSON.stringify(unmarshall(lastEvaluatedKey))).toString('base64url');
}

/** @throws OffboardingError `INVALID_REQUEST` for a token this product did not give out */
export function startKey(token: string): Key {
  const key = z.record(z.string(), z.union([z.string(), z.number()])).safeParse(decoded(token));
  if (!key.success) throw new OffboardingError('INVALID_REQUEST', 'nextToken is not valid');
  return marshall(key.data);
}

function decoded(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
