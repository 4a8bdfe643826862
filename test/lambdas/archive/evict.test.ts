import { PutObjectLegalHoldCommand } from '@aws-sdk/client-s3';
import { afterEach, expect, test } from 'vitest';
import { type ArchiveWorld, SMALL_LIMITS, startArchiveWorld } from '../../support/archive-world.ts';
import { intercept } from '../../support/intercept.ts';
import { holdPlaced, ledgerOf } from '../../support/ledgers.ts';

let world: ArchiveWorld;
afterEach(() => world.close());

/** Places a legal hold once a first batch of documents has been deleted. */
async function holdAfterFirstBatch(): Promise<void> {
  const hold = await ledgerOf(holdPlaced());
  intercept(world.s3, 'DeleteObjectsCommand', async (send) => {
    const reply = await send();
    if (world.ledger.entries.length === 0) world.ledger.entries.push(...hold);
    return reply;
  });
}

/** More than the five seconds after which the ledger is asked again pass between any two looks. */
function slowly(): () => number {
  let left = 900_000;
  return () => {
    left -= 6_000;
    return left;
  };
}

test.each([
  ['the next batch of the same shard', { shardMembers: 6 }],
  ['the next shard', { shardMembers: 4 }],
])('a hold placed between two batches of documents keeps %s', async (_, limits) => {
  world = await startArchiveWorld({ limits: { ...SMALL_LIMITS, ...limits, evictionsAtOnce: 1 } });
  for (let number = 0; number < 6; number += 1) await world.put(`page-${number}.md`, `${number}`);
  await world.planAndPack();
  await world.run('seal');
  await holdAfterFirstBatch();
  expect(await world.run('evict', { remainingMs: slowly() })).toMatchObject({
    status: 'failure',
    errorCode: 'LEGAL_HOLD',
  });
  expect((await world.open(world.documents).measure()).count).toBe(2);
});

test('what was locked in a shard that is done with is tried again once it is free', async () => {
  world = await startArchiveWorld({
    objectLock: true,
    limits: { ...SMALL_LIMITS, shardMembers: 4 },
  });
  for (let number = 0; number < 8; number += 1) await world.put(`page-${number}.md`, `${number}`);
  await world.planAndPack();
  await world.run('seal');
  const hold = (Status: 'ON' | 'OFF') =>
    world.s3.send(
      new PutObjectLegalHoldCommand({
        Bucket: 'documents',
        Key: 'kp-1/page-0.md',
        LegalHold: { Status },
      }),
    );
  await hold('ON');
  expect(await world.run('evict', { remainingMs: () => 0 })).toEqual({
    status: 'pending',
    message: '1 of 2 shard(s) evicted so far',
  });
  expect((await world.open(world.documents).measure()).count).toBe(1 + 4);
  expect(await world.run('evict')).toMatchObject({ errorCode: 'LEGAL_HOLD' });
  expect((await world.open(world.documents).measure()).count).toBe(1);
  await hold('OFF');
  expect(await world.run('evict')).toMatchObject({ status: 'success' });
});
