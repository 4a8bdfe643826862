import type { S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { type ArchiveWorld, SMALL_LIMITS, startArchiveWorld } from '../../support/archive-world.ts';
import { OFFBOARDING_ID, PLANE_ID } from '../../support/builders.ts';

const SEAL = `planes/${PLANE_ID}/${OFFBOARDING_ID}/work/seal.json`;

/** A small plane that takes every path: a tar in parts, a copy, a copy by parts, a delete marker, items. */
async function start(): Promise<ArchiveWorld> {
  const world = await startArchiveWorld({ limits: { ...SMALL_LIMITS, shardMembers: 3 } });
  await world.put('a.md', 'a'.repeat(15_000));
  await world.put('large.bin', Buffer.alloc(20_000, 'l'));
  await world.put('hidden.md', 'h');
  await world.hide('hidden.md');
  await world.put('huge.bin', Buffer.alloc(70_000, 'h'));
  await world.putItem('c1');
  await world.putItem('c2');
  return world;
}

class Crash extends Error {}

/** Lets AWS answer every call, and dies on the answer to one of them. */
function crashAfter(world: ArchiveWorld, call: number) {
  let calls = 0;
  let sealed = false;
  let removedUnsealed = false;
  // The two clients' stacks differ in the types of their inputs only.
  for (const client of [world.s3, world.tables.client as unknown as S3Client])
    client.middlewareStack.add(
      (next, { commandName = '' }) =>
        async (args) => {
          calls += 1;
          const dies = calls === call;
          if (commandName.startsWith('Delete')) removedUnsealed ||= !sealed;
          const result = await next(args);
          if (commandName === 'PutObjectCommand' && 'Key' in args.input && args.input.Key === SEAL)
            sealed = true;
          if (dies) throw new Crash(commandName);
          return result;
        },
      { step: 'initialize' },
    );
  return { calls: () => calls, removedUnsealed: () => removedUnsealed };
}

// Dying before a call is dying after the one before it.
test('stopped after any AWS call and started again, the archive ends the same and removes nothing unsealed', async () => {
  for (let call = 1; ; call += 1) {
    const world = await start();
    try {
      const crash = crashAfter(world, call);
      const first = await world.archive().catch((error: unknown) => {
        if (!(error instanceof Crash)) throw error;
      });
      if (first && crash.calls() < call) {
        expect(call).toBeGreaterThan(50);
        return;
      }
      expect(await world.archive()).toMatchObject({
        status: 'success',
        data: { objectCount: 6, retentionUntil: '2027-11-29T11:00:00.000Z' },
      });
      expect(crash.removedUnsealed()).toBe(false);
      for (const store of [world.documents, world.chunks])
        expect((await world.open(store).measure()).count).toBe(0);
    } finally {
      await world.close();
    }
  }
}, 180_000);
