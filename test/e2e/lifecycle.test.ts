import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertChain } from '../../lambdas/core/ledger-entry.ts';
import { findRemains } from '../../local/demo/remains.ts';
import { startWorld, type World } from '../support/offboarding-world.ts';

const QUESTION = 'tar archive';
const HAPPY_PATH = [
  'ACTIVE->PENDING_DEACTIVATE',
  'GATE_PASSED',
  'PENDING_DEACTIVATE->DEACTIVATED',
  'DEACTIVATED->ARCHIVED',
  'APPROVAL_REQUESTED',
  'APPROVED',
  'GATE_PASSED',
  'ARCHIVED->PURGED',
  'CERTIFIED',
];

describe('a plane from ACTIVE to PURGED', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  it('is deactivated, archived, approved, purged and certified', async () => {
    const plane = await world.plane();
    const started = await plane.start({ gracePeriodDays: 7, retentionDays: 30 });
    expect(started).toMatchObject({ status: 202, body: { lifecycleState: 'ACTIVE' } });
    expect(await plane.status()).toBe('WAITING_GRACE');
    expect(await plane.sample.ask(QUESTION)).toMatchObject({ answer: { document: 'tar.md' } });

    await world.cloud.clock.advanceBy({ days: 7 });
    expect(await plane.status()).toBe('KEPT_IN_ARCHIVE');
    expect(await plane.sample.ask(QUESTION)).toEqual({ refused: 'TooManyRequestsException' });
    const archived = await findRemains(world.cloud, plane.sample, plane.planeId);
    expect(archived).toMatchObject({ documentVersions: 0, chunks: 0, tokens: 3, revokedTokens: 3 });
    expect(archived.vaultClasses.DEEP_ARCHIVE).toBeGreaterThan(0);

    // A schedule is set to the full second after the retention's end.
    await world.cloud.clock.advanceBy({ days: 30, seconds: 1 });
    expect(await plane.status()).toBe('WAITING_APPROVAL');
    expect(await plane.decide('approver', 'approve')).toMatchObject({ status: 200 });

    expect(await plane.status()).toBe('PURGED');
    expect(await findRemains(world.cloud, plane.sample, plane.planeId)).toEqual({
      documentVersions: 0,
      chunks: 0,
      tokens: 0,
      revokedTokens: 0,
      vaultVersions: 0,
      vaultBytes: 0,
      vaultClasses: {},
      registryAttributes: ['ledgerSeq', 'lifecycleState', 'planeId'],
    });
    expect(await plane.history()).toEqual(HAPPY_PATH);
    await assertChain(await plane.ledger());
    expect(await plane.as('auditor', 'GET', '/certificate')).toMatchObject({ status: 200 });
    expect(await plane.start()).toMatchObject({ status: 409, body: { code: 'PLANE_PURGED' } });
  });

  it('skips the grace period when forced, and the retention for an erasure', async () => {
    const plane = await world.plane();
    await plane.start({ force: true, forceReason: 'credentials leaked', erasure: true });
    expect(await plane.status()).toBe('WAITING_APPROVAL');
    await plane.decide('approver', 'approve');
    expect(await plane.history()).toEqual(HAPPY_PATH);
  });

  it('needs a reason to be forced', async () => {
    const plane = await world.plane();
    expect(await plane.start({ force: true })).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST' },
    });
    expect(await plane.history()).toEqual([]);
  });

  it('answers 404 for a plane nobody registered', async () => {
    const plane = await world.plane();
    const unknown = plane.planeId.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['POST', '/offboarding', { reason: 'test' }],
      ['GET', '/offboarding', undefined],
      ['DELETE', '/offboarding', undefined],
      ['GET', '/ledger', undefined],
      ['PUT', '/leases/run-1', { kind: 'run', ttlSeconds: 60 }],
    ] as const) {
      const answer = await plane.as('operator', method, `/../${unknown}${path}`, body);
      expect(answer, `${method} ${path}`).toMatchObject({
        status: 404,
        body: { code: 'PLANE_NOT_FOUND' },
      });
    }
  });

  it('starts once when two callers start at once', async () => {
    const plane = await world.plane();
    const answers = await Promise.all([
      plane.as('operator', 'POST', '/offboarding', { reason: 'first' }),
      plane.as('colleague', 'POST', '/offboarding', { reason: 'second' }),
    ]);
    await world.cloud.clock.settle();
    expect(answers.map((answer) => answer.status).sort()).toEqual([202, 409]);
    expect(await plane.history()).toEqual(['ACTIVE->PENDING_DEACTIVATE']);
  });
});
