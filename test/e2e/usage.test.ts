import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../support/offboarding-world.ts';

describe('a plane in use', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  const lease = (ttlSeconds: number) => ({ kind: 'run', ttlSeconds });

  it('is not deregistered while a lease is held, and can be started again afterwards', async () => {
    const plane = await world.plane();
    await plane.as('pipeline', 'PUT', '/leases/run-1', lease(3_600));
    await plane.start();
    expect((await plane.as('operator', 'GET', '/offboarding')).body).toMatchObject({
      status: 'HALTED',
      lifecycleState: 'ACTIVE',
      halt: { stage: 'deregister', code: 'ACTIVE_REFERENCES' },
    });
    expect(await plane.history()).toEqual(['HALTED']);

    await plane.as('pipeline', 'DELETE', '/leases/run-1');
    expect((await plane.start()).status).toBe(202);
    expect(await plane.status()).toBe('WAITING_GRACE');
  });

  it('is drained: the stage is retried until the last lease has ended', async () => {
    const plane = await world.plane();
    await plane.start();
    await world.cloud.clock.advanceBy({ days: 6, seconds: 86_000 });
    await plane.as('pipeline', 'PUT', '/leases/run-1', lease(7_200));
    await world.cloud.clock.advanceBy({ seconds: 3_600 });
    expect(await plane.history()).toEqual(['ACTIVE->PENDING_DEACTIVATE', 'USE_NOTICED']);
    expect(await plane.sample.ask('tar')).toMatchObject({ answer: { document: 'tar.md' } });

    await world.cloud.clock.advanceBy({ days: 1 });
    expect(await plane.status()).toBe('KEPT_IN_ARCHIVE');
  });

  it('that never falls idle halts the offboarding, which can be started again', async () => {
    const plane = await world.plane();
    await plane.start();
    for (let day = 0; day < 12; day++) {
      await plane.as('pipeline', 'PUT', '/leases/run-1', lease(86_400));
      await world.cloud.clock.advanceBy({ seconds: 86_000 });
    }
    expect((await plane.as('operator', 'GET', '/offboarding')).body).toMatchObject({
      status: 'HALTED',
      lifecycleState: 'PENDING_DEACTIVATE',
      halt: { stage: 'verify_deactivate', code: 'ACTIVE_USAGE' },
    });
    await plane.as('pipeline', 'DELETE', '/leases/run-1');
    await plane.start();
    expect(await plane.status()).toBe('KEPT_IN_ARCHIVE');
  });

  it('is not deactivated while another resource depends on it', async () => {
    const plane = await world.plane();
    await plane.as('operator', 'PUT', '/dependents/chatbot', { kind: 'application' });
    await plane.start({ force: true, forceReason: 'test' });
    expect((await plane.as('operator', 'GET', '/offboarding')).body).toMatchObject({
      status: 'HALTED',
      lifecycleState: 'PENDING_DEACTIVATE',
      halt: { stage: 'deactivate', code: 'DEPENDENTS_EXIST' },
    });
    expect(await plane.history()).toEqual(['ACTIVE->PENDING_DEACTIVATE', 'BLOCKED', 'HALTED']);
    expect(await plane.sample.ask('tar')).toMatchObject({ answer: { document: 'tar.md' } });

    await plane.as('operator', 'DELETE', '/dependents/chatbot');
    await plane.start();
    expect(await plane.status()).toBe('KEPT_IN_ARCHIVE');
  });

  it('takes no new leases once it has stopped serving', async () => {
    const plane = await world.plane();
    await plane.start({ force: true, forceReason: 'test' });
    expect(await plane.as('pipeline', 'PUT', '/leases/run-1', lease(60))).toMatchObject({
      status: 409,
      body: { code: 'PLANE_NOT_SERVING' },
    });
  });
});
