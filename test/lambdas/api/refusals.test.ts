import { afterEach, describe, expect, it } from 'vitest';
import { PLANE_ID, planeRecord } from '../../support/builders.ts';
import { type ApiAnswer, type ApiWorld, apiWorld } from './api-world.ts';
import { BAD_BODIES, type BadBody, GOOD_BODIES } from './bad-bodies.ts';

const ROUTES_WITH_BODY = [
  ['createPlane', 'POST', '/planes', {}],
  ['startOffboarding', 'POST', '/planes/{planeId}/offboarding', { planeId: PLANE_ID }],
  ['decideApproval', 'POST', '/planes/{planeId}/approval', { planeId: PLANE_ID }],
  ['putLease', 'PUT', '/planes/{planeId}/leases/{leaseId}', { planeId: PLANE_ID, leaseId: 'r1' }],
  [
    'putDependent',
    'PUT',
    '/planes/{planeId}/dependents/{dependentId}',
    { planeId: PLANE_ID, dependentId: 'd1' },
  ],
  ['hold', 'PUT', '/planes/{planeId}/hold', { planeId: PLANE_ID }],
  ['hold', 'DELETE', '/planes/{planeId}/hold', { planeId: PLANE_ID }],
] as const;

function expectUnchanged(world: ApiWorld): void {
  expect([...world.planes.records.values()]).toEqual([planeRecord()]);
  expect(world.ledger.entries).toEqual([]);
  expect(world.claims.held.size).toBe(0);
  expect(world.executions.running.size).toBe(0);
  expect(world.usage.leases.size + world.usage.dependents.size).toBe(0);
}

function expectProblem(answer: ApiAnswer, status: number, code: string): void {
  expect(answer.contentType).toBe('application/problem+json');
  expect(answer.body).toMatchObject({
    type: `urn:problem-type:offboarding:${code.toLowerCase().replaceAll('_', '-')}`,
    status,
    code,
    instance: 'request-1',
  });
  expect(answer.status).toBe(status);
  expect(JSON.stringify(answer.body)).not.toMatch(/\bat .*\.ts|node_modules/);
}

describe('a bad request', () => {
  let world = apiWorld();
  afterEach(() => {
    expectUnchanged(world);
    world = apiWorld();
  });

  for (const [name, method, resource, path] of ROUTES_WITH_BODY)
    describe(`${method} ${resource}`, () => {
      it.each<BadBody>(BAD_BODIES[name])('%s', async (_, body, field) => {
        const answer = await world.call(method, resource, { path, body });
        expectProblem(answer, 400, 'INVALID_REQUEST');
        expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field);
      });

      if (!('planeId' in path)) return;
      it('for an unknown plane', async () => {
        const unknown = { ...path, planeId: 'kp_01JD0000000000000000000009' };
        const body = GOOD_BODIES[name];
        expectProblem(
          await world.call(method, resource, { path: unknown, body }),
          404,
          'PLANE_NOT_FOUND',
        );
        expectProblem(
          await world.call(method, resource, { path: { ...path, planeId: 'kp_1' }, body }),
          404,
          'PLANE_NOT_FOUND',
        );
      });

      it('by nobody', async () => {
        const answer = await world.call(method, resource, {
          path,
          body: GOOD_BODIES[name],
          as: null,
        });
        expectProblem(answer, 403, 'CALLER_NOT_RECOGNISED');
      });
    });

  it.each([
    ['GET', '/planes/{planeId}'],
    ['GET', '/planes/{planeId}/offboarding'],
    ['DELETE', '/planes/{planeId}/offboarding'],
    ['GET', '/planes/{planeId}/approval'],
    ['GET', '/planes/{planeId}/ledger'],
    ['GET', '/planes/{planeId}/certificate'],
    ['GET', '/planes/{planeId}/hold'],
  ])('%s %s for an unknown plane', async (method, resource) => {
    const path = { planeId: 'kp_01JD0000000000000000000009' };
    expectProblem(await world.call(method, resource, { path }), 404, 'PLANE_NOT_FOUND');
  });

  it.each([
    ['PUT', '/planes/{planeId}/leases/{leaseId}', 'leaseId', GOOD_BODIES.putLease],
    ['DELETE', '/planes/{planeId}/leases/{leaseId}', 'leaseId', undefined],
    ['PUT', '/planes/{planeId}/dependents/{dependentId}', 'dependentId', GOOD_BODIES.putDependent],
    ['DELETE', '/planes/{planeId}/dependents/{dependentId}', 'dependentId', undefined],
  ])('%s %s with an id that is none', async (method, resource, name, body) => {
    for (const id of ['', '..', 'a/b', 'a b', 'ü', 'x'.repeat(129)]) {
      const path = { planeId: PLANE_ID, [name]: id };
      const answer = await world.call(method, resource, { path, body });
      expectProblem(answer, 400, 'INVALID_REQUEST');
      expect(answer.body.errors).toEqual([{ field: name, message: expect.any(String) }]);
    }
  });

  it.each([
    [{ limit: '0' }, 'limit'],
    [{ limit: '101' }, 'limit'],
    [{ limit: '-1' }, 'limit'],
    [{ limit: '1.5' }, 'limit'],
    [{ limit: 'all' }, 'limit'],
    [{ nextToken: '' }, 'nextToken'],
    [{ page: '2' }, 'page'],
  ])('a page of %o', async (query, field) => {
    for (const resource of ['/planes', '/planes/{planeId}/ledger']) {
      const answer = await world.call('GET', resource, { query });
      expectProblem(answer, 400, 'INVALID_REQUEST');
      expect(answer.body.errors[0].field).toBe(field);
    }
  });

  it('for a route that does not exist', async () => {
    expectProblem(await world.call('PATCH', '/planes'), 404, 'NOT_FOUND');
  });

  it('names the fields but never more than twenty', async () => {
    const body = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`f${index}`, 1]));
    const answer = await world.call('POST', '/planes', { path: {}, body });
    expect(answer.body.errors).toHaveLength(20);
  });
});

describe('a failure of ours', () => {
  it('is answered without a word about it, and logged with the id of the request', async () => {
    const world = apiWorld();
    const failure = new Error('table Registry-XYZ: AccessDenied for role abc');
    world.registry.list = async () => {
      throw failure;
    };
    const answer = await world.call('GET', '/planes');
    expectProblem(answer, 500, 'INTERNAL_ERROR');
    expect(JSON.stringify(answer)).not.toContain('Registry-XYZ');
    expect(world.log.lines).toEqual([
      {
        level: 'error',
        event: 'request crashed',
        requestId: 'request-1',
        route: 'GET /planes',
        caller: 'arn:aws:iam::111122223333:user/operator',
        planeId: PLANE_ID,
        status: 500,
        error: failure,
      },
    ]);
  });
});

describe('the log', () => {
  it('has one line for each request', async () => {
    const world = apiWorld();
    await world.call('GET', '/planes/{planeId}');
    await world.call('GET', '/planes/{planeId}/offboarding');
    expect(world.log.lines).toMatchObject([
      { level: 'info', event: 'request answered', status: 200, planeId: PLANE_ID },
      { level: 'warn', event: 'request refused', status: 404, code: 'NO_OFFBOARDING' },
    ]);
  });
});
