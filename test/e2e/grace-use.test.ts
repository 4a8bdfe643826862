import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UseDuringGrace } from '../../lambdas/core/grace-use.ts';
import { assemblyWith } from '../support/assembly-with.ts';
import { startWorld, type World, type WorldPlane } from '../support/offboarding-world.ts';

/** The embedded cloud begins at ten in the morning or whenever it likes: ends are told by their day. */
const DAY_MS = 86_400_000;

const use = (plane: WorldPlane, ttlSeconds = 60) =>
  plane.as('pipeline', 'PUT', '/leases/run-1', { kind: 'run', ttlSeconds });
const statusOf = async (plane: WorldPlane) =>
  (await plane.as('operator', 'GET', '/offboarding')).body;

function worldWith(useDuringGrace: UseDuringGrace): { readonly current: World } {
  const holder = {} as { current: World };
  const directory = () => assemblyWith('Offboarding-dev', 'USE_DURING_GRACE', useDuringGrace);
  let assemblyDirectory = '';
  beforeAll(async () => {
    assemblyDirectory = directory();
    holder.current = await startWorld({ assemblyDirectory });
  });
  afterAll(async () => {
    await holder.current.close();
    rmSync(assemblyDirectory, { recursive: true });
  });
  return holder;
}

describe('where a use extends the grace period', () => {
  const world = worldWith('extend');

  it('is deactivated no earlier than a whole grace period after the last use', async () => {
    const { clock } = world.current.cloud;
    const plane = await world.current.plane();
    await plane.start();
    const { gracePeriodEnd } = await statusOf(plane);
    await clock.advanceBy({ days: 6 });
    const usedAt = clock.now().getTime();
    await use(plane);
    const extended = await statusOf(plane);
    expect(extended).toMatchObject({
      status: 'WAITING_GRACE',
      usedDuringGrace: [{ by: 'arn:aws:iam::111122223333:user/pipeline', use: 'run' }],
    });
    const midnight = (Math.floor(usedAt / DAY_MS) + 1) * DAY_MS;
    expect(extended.gracePeriodEnd).toBe(new Date(midnight + 7 * DAY_MS).toISOString());
    expect(extended.gracePeriodEnd > gracePeriodEnd).toBe(true);

    // The first wait is over; the workflow finds the later end and waits again.
    await clock.advanceBy({ days: 6 });
    expect(await plane.status()).toBe('WAITING_GRACE');
    expect(await plane.history()).toEqual(['ACTIVE->PENDING_DEACTIVATE', 'USE_NOTICED']);
    expect(await plane.sample.ask('tar')).toMatchObject({ answer: { document: 'tar.md' } });
    await clock.advanceBy({ days: 2 });
    expect(await plane.status()).toBe('KEPT_IN_ARCHIVE');
  });

  it('can be cancelled until the later end', async () => {
    const { clock } = world.current.cloud;
    const plane = await world.current.plane();
    await plane.start();
    await clock.advanceBy({ days: 6 });
    await use(plane);
    await clock.advanceBy({ days: 6 });
    expect((await plane.as('operator', 'DELETE', '/offboarding')).status).toBe(200);
    expect(await plane.status()).toBe('CANCELLED');
  });

  it('is not extended where it was forced', async () => {
    const plane = await world.current.plane();
    await plane.as('operator', 'PUT', '/dependents/bot', { kind: 'application' });
    await plane.start({ force: true, forceReason: 'a leak' });
    expect(await plane.status()).toBe('HALTED');
    const { gracePeriodEnd } = await statusOf(plane);
    await use(plane, 1);
    expect(await statusOf(plane)).toMatchObject({ gracePeriodEnd });
    expect((await plane.history()).at(-1)).toBe('USE_NOTICED');
  });
});

describe('where a use halts', () => {
  const world = worldWith('halt');

  it('halts at the end of the grace period until somebody says that it is known, and for each later use', async () => {
    const { clock } = world.current.cloud;
    const plane = await world.current.plane();
    await plane.start();
    await clock.advanceBy({ days: 2 });
    await use(plane);
    await clock.advanceBy({ days: 6 });
    expect(await statusOf(plane)).toMatchObject({
      status: 'HALTED',
      lifecycleState: 'PENDING_DEACTIVATE',
      halt: { stage: 'verify_deactivate', code: 'PLANE_IN_USE' },
    });
    expect(await plane.sample.ask('tar')).toMatchObject({ answer: { document: 'tar.md' } });

    await use(plane);
    await plane.start();
    expect(await statusOf(plane)).toMatchObject({ halt: { code: 'PLANE_IN_USE' } });

    await clock.advanceBy({ seconds: 61 });
    await plane.start();
    expect(await plane.status()).toBe('KEPT_IN_ARCHIVE');
    expect((await plane.history()).slice(0, 8)).toEqual([
      'ACTIVE->PENDING_DEACTIVATE',
      'USE_NOTICED',
      'HALTED',
      'USE_NOTICED',
      'RESTARTED',
      'HALTED',
      'RESTARTED',
      'GATE_PASSED',
    ]);
  });
});
