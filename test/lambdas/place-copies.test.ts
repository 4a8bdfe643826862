import { expect, it } from 'vitest';
import { hashOf } from '../../lambdas/core/canonical.ts';
import { inquireCopies } from '../../lambdas/purge/place-copies.ts';

const S3 = { kind: 's3-prefix', bucket: 'documents', prefix: 'a/' } as const;
const partitionKey = { name: 'planeId', value: 'a' };
const CHUNKS = { kind: 'dynamodb-partition', table: 'chunks', partitionKey } as const;
const TOKENS = { kind: 'token-partition', table: 'tokens', partitionKey } as const;
const ENDPOINT = { kind: 'query-endpoint', functionName: 'query' } as const;
const PLANE = { stores: [S3, CHUNKS], access: [ENDPOINT, TOKENS] };

it('asks about every place of the plane, and names each by its hash', async () => {
  const copies = await inquireCopies(
    {
      recoveryDays: async (table) => (table === 'chunks' ? 35 : undefined),
      isReplicated: async () => true,
    },
    PLANE,
  );
  expect(copies).toEqual([
    { ref: await hashOf(S3), asked: 's3:GetBucketReplication', found: { copies: 'replicas' } },
    {
      ref: await hashOf(CHUNKS),
      asked: 'dynamodb:DescribeContinuousBackups',
      found: { copies: 'point-in-time-recovery', days: 35 },
    },
    {
      ref: await hashOf(TOKENS),
      asked: 'dynamodb:DescribeContinuousBackups',
      found: { copies: 'none' },
    },
  ]);
});

it('reports what nobody would answer, and fails for none of it', async () => {
  const refuse = async () => {
    throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
  };
  const copies = await inquireCopies({ recoveryDays: refuse, isReplicated: refuse }, PLANE);
  expect(copies.map(({ found }) => found)).toEqual(
    Array(3).fill({ copies: 'unknown', code: 'AccessDeniedException' }),
  );
});
