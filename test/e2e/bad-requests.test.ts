import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GOOD_BODIES } from '../lambdas/api/bad-bodies.ts';
import { startWorld, type World, type WorldPlane } from '../support/offboarding-world.ts';
import { type Refusals, watchRefusals } from '../support/refusals.ts';
import { BAD_LEASE_IDS, BAD_PLANE_IDS, GARBLED_SIGNATURES, ROUTES } from './bad-requests.ts';

describe('a bad request', () => {
  let world: World;
  let refusals: Refusals;
  let serving: WorldPlane;

  beforeAll(async () => {
    world = await startWorld();
    serving = await world.plane();
    refusals = await watchRefusals(world);
  });
  afterAll(() => world.close());

  describe('an id', () => {
    it.each(BAD_PLANE_IDS)('of no plane, on every route: %s', async (_, planeId) => {
      for (const { method, path, body } of ROUTES)
        if (path.includes('{planeId}'))
          await refusals.expectRefusal(
            { method, path: path.replace('{planeId}', planeId), body },
            404,
            'PLANE_NOT_FOUND',
          );
    });

    it.each(BAD_LEASE_IDS)('of no lease and of no dependent: %s', async (id) => {
      for (const [kind, field] of [
        ['leases', 'leaseId'],
        ['dependents', 'dependentId'],
      ] as const) {
        const path = `/planes/${serving.planeId}/${kind}/${id}`;
        const body = kind === 'leases' ? GOOD_BODIES.putLease : GOOD_BODIES.putDependent;
        await refusals.expectRefusal({ method: 'PUT', path, body }, 400, 'INVALID_REQUEST', field);
        await refusals.expectRefusal({ method: 'DELETE', path }, 400, 'INVALID_REQUEST', field);
      }
    });
  });

  describe('a query', () => {
    it('that the route does not know', async () => {
      const hundred = Array.from({ length: 100 }, (_, index) => `p${index}=${index}`).join('&');
      for (const { method, path, body } of ROUTES) {
        const known = path.replace('{planeId}', serving.planeId);
        for (const [query, field] of [
          ['dryRun=true', 'dryRun'],
          ['__proto__=1', '__proto__'],
          [hundred, 'p0'],
        ] as const)
          await refusals.expectRefusal(
            { method, path: `${known}?${query}`, body },
            400,
            'INVALID_REQUEST',
            field,
          );
      }
    });

    it.each([
      ['limit=0', 'limit'],
      ['limit=-1', 'limit'],
      ['limit=1.5', 'limit'],
      ['limit=NaN', 'limit'],
      ['limit=9999999999999999999', 'limit'],
      ['limit=', 'limit'],
      ['nextToken=', 'nextToken'],
      ['nextToken=%00', 'nextToken'],
      ['nextToken=eyJwbGFuZUlkIjp7fX0', 'nextToken'],
      [`nextToken=${'A'.repeat(1025)}`, 'nextToken'],
      ['limit=%ff', 'limit'],
      ['limit=1&limit=2', 'limit'],
    ])('of a page: %s', async (query, field) => {
      for (const path of ['/planes', `/planes/${serving.planeId}/ledger`])
        await refusals.expectRefusal(
          { method: 'GET', path: `${path}?${query}` },
          400,
          'INVALID_REQUEST',
          field,
        );
    });
  });

  it('is not one that is signed by its query', async () => {
    const credential = 'operator%2F20261122%2Fus-east-1%2Fexecute-api%2Faws4_request';
    const path = `/planes/${serving.planeId}?X-Amz-Credential=${credential}&X-Amz-Signature=0`;
    const { status } = await refusals.send({ method: 'GET', path, as: null });
    expect(status).toBe(200);
  });

  describe('a request', () => {
    it('that nobody signed, on every route', async () => {
      for (const { method, path, body } of ROUTES) {
        const known = path.replace('{planeId}', serving.planeId);
        await refusals.expectRefusal({ method, path: known, body, as: null }, 403, 'FORBIDDEN');
      }
    });

    it.each(GARBLED_SIGNATURES)('signed like this: %s', async (authorization) => {
      const headers = { authorization };
      await refusals.expectRefusal({ method: 'GET', path: '/planes', headers }, 403, 'FORBIDDEN');
    });

    it('signed by what is no identity', async () => {
      await refusals.expectRefusal(
        { method: 'GET', path: '/planes', as: 'a*:b' },
        403,
        'CALLER_NOT_RECOGNISED',
      );
    });

    it.each([
      ['GET', ''],
      ['GET', '/'],
      ['GET', '/nothing'],
      ['GET', '/PLANES'],
      ['GET', '//planes'],
      ['GET', '/planes/'],
      ['GET', '/planes/../planes'],
      ['GET', '/./planes'],
      ['GET', '/planes/{id}/leases'],
      ['GET', '/planes/{id}/leases/run-1'],
      ['GET', '/planes/{id}/leases/a/b'],
      ['DELETE', '/planes/{id}'],
      ['PATCH', '/planes'],
      ['OPTIONS', '/planes'],
      ['TRACE', '/planes'],
      ['PUT', '/planes/{id}/offboarding'],
    ])('for a route that is none: %s %s', async (method, path) => {
      await refusals.expectRefusal(
        { method, path: path.replace('{id}', serving.planeId) },
        403,
        'FORBIDDEN',
      );
    });
  });
});
