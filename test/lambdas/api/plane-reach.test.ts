import { describe, expect, it } from 'vitest';
import { assertWithinReach } from '../../../lambdas/api/plane-reach.ts';

function isWithin(bucket: string, pattern: string): boolean {
  const stores = [{ kind: 's3-prefix' as const, bucket, prefix: 'x/' }];
  const body = { tenantId: 't', name: 'n', type: 'docs' as const, stores, access: [] };
  try {
    assertWithinReach(body, { buckets: ['never', pattern], tables: [], functions: [] });
    return true;
  } catch {
    return false;
  }
}

describe('the reach of a deployment', () => {
  it.each([
    ['documents', 'documents', true],
    ['documents-2', 'documents', false],
    ['my-documents', 'documents', false],
    ['knowledge-eu', 'knowledge-*', true],
    ['knowledge-', 'knowledge-*', true],
    ['knowledge', 'knowledge-*', false],
    ['x-knowledge-eu', 'knowledge-*', false],
    ['eu-knowledge', '*-knowledge', true],
    ['a-kb-eu', 'a-*-eu', true],
    ['a-eu', 'a-*-eu', false],
    ['a-x-b-y-c', 'a*b*c', true],
    ['a-b-c-d', 'a*b*c', false],
    ['aba', 'ab*ba', false],
    ['anything', '*', true],
    ['documents.eu', 'documents?eu', false],
  ])('%s lies within %s: %s', (bucket, pattern, within) => {
    expect(isWithin(bucket, pattern)).toBe(within);
  });
});
