import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../support/offboarding-world.ts';

describe('a cancel', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  it('in the grace period leaves the plane as it was', async () => {
    const plane = await world.plane();
    await plane.start();
    await world.cloud.clock.advanceBy({ days: 6 });
    const cancelled = await plane.as('colleague', 'DELETE', '/offboarding');
    expect(cancelled).toMatchObject({ status: 200, body: { lifecycleState: 'ACTIVE' } });
    expect(await plane.status()).toBe('CANCELLED');

    await world.cloud.clock.advanceBy({ days: 30 });
    expect(await plane.history()).toEqual([
      'ACTIVE->PENDING_DEACTIVATE',
      'PENDING_DEACTIVATE->ACTIVE',
    ]);
    expect(await plane.sample.ask('tar')).toMatchObject({ answer: { document: 'tar.md' } });
  });

  it('is followed by a new offboarding with a grace period of its own', async () => {
    const plane = await world.plane();
    const first = await plane.start();
    await world.cloud.clock.advanceBy({ days: 3 });
    await plane.as('operator', 'DELETE', '/offboarding');
    const second = await plane.start();
    expect(second.status).toBe(202);
    expect(second.body.offboardingId).not.toBe(first.body.offboardingId);
    await world.cloud.clock.advanceBy({ days: 5 });
    expect(await plane.status()).toBe('WAITING_GRACE');
  });

  it('comes too late once the grace period is over', async () => {
    const plane = await world.plane();
    await plane.as('operator', 'PUT', '/leases/run-1', { kind: 'run', ttlSeconds: 1 });
    await world.cloud.clock.advanceBy({ seconds: 2 });
    await plane.start();
    await world.cloud.clock.advanceBy({ days: 7 });
    expect(await plane.as('operator', 'DELETE', '/offboarding')).toMatchObject({ status: 409 });
    expect(await plane.status()).toBe('KEPT_IN_ARCHIVE');
  });

  it('comes too late while the drain goes on after the grace period', async () => {
    const plane = await world.plane();
    await plane.start();
    await world.cloud.clock.advanceBy({ days: 6, seconds: 86_000 });
    await plane.as('operator', 'PUT', '/leases/run-1', { kind: 'run', ttlSeconds: 3_600 });
    await world.cloud.clock.advanceBy({ seconds: 600 });
    expect(await plane.as('operator', 'DELETE', '/offboarding')).toMatchObject({
      status: 409,
      body: { code: 'CANCEL_TOO_LATE' },
    });
    expect(await plane.history()).toEqual(['ACTIVE->PENDING_DEACTIVATE', 'USE_NOTICED']);
  });

  it('of a forced offboarding is never possible', async () => {
    const plane = await world.plane();
    await plane.start({ force: true, forceReason: 'leak' });
    expect(await plane.as('operator', 'DELETE', '/offboarding')).toMatchObject({ status: 409 });
  });

  it('of nothing is a 404', async () => {
    const plane = await world.plane();
    expect(await plane.as('operator', 'DELETE', '/offboarding')).toMatchObject({
      status: 404,
      body: { code: 'NO_OFFBOARDING' },
    });
  });
});
