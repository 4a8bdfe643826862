import { describe, expect, it } from 'vitest';
import { PLANE_ID, TIMES } from '../../support/builders.ts';
import { gatePassed, JOURNEYS, ledgerOf } from '../../support/ledgers.ts';
import { type ApiWorld, apiWorld } from './api-world.ts';

const LEASE = '/planes/{planeId}/leases/{leaseId}';
const DEPENDENT = '/planes/{planeId}/dependents/{dependentId}';
const PIPELINE = 'arn:aws:iam::111122223333:role/pipeline';
const SESSION = 'arn:aws:sts::111122223333:assumed-role/pipeline/run-17';
const leasePath = { planeId: PLANE_ID, leaseId: 'run-17' };
const dependentPath = { planeId: PLANE_ID, dependentId: 'chatbot' };

describe('a lease', () => {
  it('is held by the caller until its time is over, and longer when it is put again', async () => {
    const api = apiWorld();
    const body = { kind: 'run', ttlSeconds: 90 };
    const put = () => api.call('PUT', LEASE, { path: leasePath, body, as: SESSION });
    expect(await put()).toMatchObject({
      status: 200,
      body: {
        planeId: PLANE_ID,
        leaseId: 'run-17',
        kind: 'run',
        heldBy: PIPELINE,
        expiresAt: '2026-11-22T10:01:30.000Z',
      },
    });
    api.setTime('2026-11-22T10:01:00.000Z');
    expect((await put()).body.expiresAt).toBe('2026-11-22T10:02:30.000Z');
    expect([...api.usage.leases.values()]).toEqual([
      { leaseId: 'run-17', kind: 'run', heldBy: PIPELINE, expiresAt: '2026-11-22T10:02:30.000Z' },
    ]);
  });

  it('is given back as often as the caller likes', async () => {
    const api = apiWorld();
    await api.call('PUT', LEASE, { path: leasePath, body: { kind: 'query', ttlSeconds: 1 } });
    for (let times = 0; times < 2; times += 1)
      expect(await api.call('DELETE', LEASE, { path: leasePath })).toMatchObject({
        status: 204,
        body: '',
      });
    expect(api.usage.leases.size).toBe(0);
  });
});

describe('a dependent', () => {
  it('is declared by the caller and stays until it is deleted', async () => {
    const api = apiWorld();
    const body = { kind: 'application' };
    expect(await api.call('PUT', DEPENDENT, { path: dependentPath, body })).toMatchObject({
      status: 200,
      body: {
        planeId: PLANE_ID,
        dependentId: 'chatbot',
        kind: 'application',
        declaredBy: 'arn:aws:iam::111122223333:user/operator',
      },
    });
    expect(api.usage.dependents.size).toBe(1);
    expect((await api.call('DELETE', DEPENDENT, { path: dependentPath })).status).toBe(204);
    expect((await api.call('DELETE', DEPENDENT, { path: dependentPath })).status).toBe(204);
    expect(api.usage.dependents.size).toBe(0);
  });
});

describe('the dependents of a plane', () => {
  const declare = (api: ApiWorld, dependentId: string) =>
    api.call('PUT', DEPENDENT, { path: { planeId: PLANE_ID, dependentId }, body: { kind: 'x' } });
  async function almostFull() {
    const api = apiWorld();
    for (let index = 1; index < 100; index += 1) await declare(api, `d-${index}`);
    return api;
  }

  it('are as many as one request may acknowledge, and what is there may be declared again', async () => {
    const api = await almostFull();
    expect((await declare(api, 'd-100')).status).toBe(200);
    expect(await declare(api, 'd-101')).toMatchObject({
      status: 409,
      body: { code: 'TOO_MANY_DEPENDENTS', detail: 'a plane has 100 dependents at most' },
    });
    expect(api.usage.dependents.has('d-101')).toBe(false);
    expect((await declare(api, 'd-100')).status).toBe(200);
  });

  it('are never more, also when two take the last place at once', async () => {
    const api = await almostFull();
    const answers = await Promise.all([declare(api, 'a'), declare(api, 'b')]);
    const accepted = answers.filter(({ status }) => status === 200);
    expect(answers.some(({ body }) => body.code === 'TOO_MANY_DEPENDENTS')).toBe(true);
    expect(api.usage.dependents.size).toBe(99 + accepted.length);
  });
});

describe('usage of a plane', () => {
  it.each([
    ['ACTIVE', JOURNEYS.ACTIVE, 200],
    ['in its grace period', JOURNEYS.PENDING_DEACTIVATE, 200],
    ['about to be deactivated', [...JOURNEYS.PENDING_DEACTIVATE, gatePassed('DEACTIVATED')], 409],
    ['DEACTIVATED', JOURNEYS.DEACTIVATED, 409],
    ['ARCHIVED', JOURNEYS.ARCHIVED, 409],
    ['PURGED', JOURNEYS.PURGED, 409],
  ] as const)('%s', async (_, steps, status) => {
    const api = apiWorld({ entries: await ledgerOf(...steps), now: TIMES.purged });
    const body = { kind: 'run', ttlSeconds: 60 };
    const answers = [
      await api.call('PUT', LEASE, { path: leasePath, body }),
      await api.call('PUT', DEPENDENT, { path: dependentPath, body: { kind: 'x' } }),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([status, status]);
    if (status === 409) expect(answers[0]?.body.code).toBe('PLANE_NOT_SERVING');
    expect(api.usage.leases.size).toBe(status === 200 ? 1 : 0);
    // What stands in the way of nothing may always be taken away.
    expect((await api.call('DELETE', LEASE, { path: leasePath })).status).toBe(204);
  });
});
