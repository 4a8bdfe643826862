import { PutObjectLegalHoldCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ArchiveWorld, SMALL_LIMITS, startArchiveWorld } from '../../support/archive-world.ts';

/** Three shards of two documents each, sealed. */
let world: ArchiveWorld;
beforeEach(async () => {
  world = await startArchiveWorld({
    objectLock: true,
    limits: { ...SMALL_LIMITS, shardMembers: 2, evictionsAtOnce: 1 },
  });
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) await world.put(key, key);
  await world.run('plan');
  for (const shard of await world.shards()) await world.pack(shard);
  await world.run('seal');
});
afterEach(() => world.close());

async function documentsLeft(): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const page of world.open(world.documents).inventory())
    for (const { key } of page) keys.push(key);
  return keys;
}

/** An invocation that ends behind the first shard, or as soon as it may. */
async function evictFirstShard(): Promise<void> {
  expect(await world.run('evict', { remainingMs: () => 0 })).toEqual({
    status: 'pending',
    message: '1 of 3 shard(s) evicted so far',
  });
}

const hold = (Status: 'ON' | 'OFF') =>
  world.s3.send(
    new PutObjectLegalHoldCommand({
      Bucket: 'documents',
      Key: 'kp-1/a',
      LegalHold: { Status },
    }),
  );

test.each([
  [
    'locked',
    { errorCode: 'LEGAL_HOLD', message: /^1 object version\(s\) came under S3 Object Lock/ },
    () => hold('ON'),
    () => hold('OFF'),
  ],
  [
    'refused',
    {
      errorCode: 'ARCHIVE_FAILED',
      message: /^1 record\(s\) are left in the stores; removals were refused \(AccessDenied: 1\)$/,
    },
    async () => world.deny(/^s3:DeleteObjectVersion .*kp-1\/a$/),
    async () => world.deny(),
  ],
])(
  'a version that an earlier invocation found %s is evicted by the start after its release',
  async (_, { errorCode, message }, stop, release) => {
    await stop();
    await evictFirstShard();
    const failed = { status: 'failure', errorCode, message: expect.stringMatching(message) };
    expect(await world.run('evict')).toMatchObject(failed);
    // While nothing has changed, it says so again.
    expect(await world.run('evict')).toMatchObject(failed);
    expect(await documentsLeft()).toEqual(['kp-1/a']);
    await release();
    expect(await world.run('evict')).toMatchObject({ status: 'success' });
    expect(await documentsLeft()).toEqual([]);
  },
);
