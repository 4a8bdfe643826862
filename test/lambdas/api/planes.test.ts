import { describe, expect, it } from 'vitest';
import {
  OFFBOARDING_ID,
  offboardingRequest,
  PLANE_ID,
  planeRecord,
} from '../../support/builders.ts';
import { type ApiWorld, apiWorld } from './api-world.ts';

const FIRST = 'kp_01JD0000000000000000000001';
const NEW = 'kp_01JD0000000000000000000009';
const PLANE = {
  tenantId: ' tenant-a ',
  name: 'handbook',
  type: 'vector',
  stores: [
    { kind: 's3-prefix', bucket: 'knowledge-eu', prefix: 'kp-1/' },
    { kind: 'dynamodb-partition', table: 't-chunks', partitionKey: { name: 'pk', value: 'kp-1' } },
  ],
  access: [
    { kind: 'query-endpoint', functionName: 'query-kp-1' },
    { kind: 'token-partition', table: 't-tokens', partitionKey: { name: 'pk', value: 'kp-1' } },
  ],
};

/** A registry without the plane that other tests start from. */
function emptyWorld(now?: string): ApiWorld {
  return apiWorld({ plane: planeRecord({ planeId: NEW }), ...(now && { now }) });
}

const register = (api: ApiWorld, body: object = PLANE) =>
  api.call('POST', '/planes', { path: {}, body });

describe('a registration', () => {
  it('claims every store and access point, and answers the plane and where it is', async () => {
    const api = emptyWorld();
    const answer = await register(api);
    expect(answer).toMatchObject({
      status: 201,
      headers: { location: `/v1/planes/${FIRST}`, 'content-type': 'application/json' },
    });
    expect(answer.body).toEqual({
      planeId: FIRST,
      tenantId: 'tenant-a',
      name: 'handbook',
      type: 'vector',
      stores: PLANE.stores,
      access: PLANE.access,
      createdAt: '2026-11-22T10:00:00.000Z',
      createdBy: 'arn:aws:iam::111122223333:user/operator',
      lifecycleState: 'ACTIVE',
      holds: 0,
    });
    expect(api.claims.held.size).toBe(4);
    expect(api.planes.records.get(FIRST)).toMatchObject({ lifecycleState: 'ACTIVE', ledgerSeq: 0 });
  });

  it('is refused with the fields and patterns when it lies out of reach', async () => {
    const api = emptyWorld();
    const body = {
      ...PLANE,
      stores: [...PLANE.stores, { kind: 's3-prefix', bucket: 'documents-2', prefix: 'x/' }],
      access: [{ kind: 'query-endpoint', functionName: 'my-query-1' }],
    };
    const answer = await register(api, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'STORE_OUT_OF_REACH' } });
    expect(answer.body.errors).toEqual([
      { field: 'stores[2].bucket', message: 'must match one of documents, knowledge-*' },
      { field: 'access[0].functionName', message: 'must match one of query-*' },
    ]);
    expect(api.claims.held.size).toBe(0);
    expect(api.planes.records.has(FIRST)).toBe(false);
  });

  it('is refused when another plane has a store, and gives back what it had claimed', async () => {
    const api = emptyWorld();
    await register(api);
    const body = {
      ...PLANE,
      stores: [{ kind: 's3-prefix', bucket: 'knowledge-eu', prefix: 'other/' }, PLANE.stores[1]],
      access: [],
    };
    const answer = await register(api, body);
    expect(answer).toMatchObject({ status: 409, body: { code: 'STORE_TAKEN' } });
    expect(answer.body.errors).toEqual([
      { field: 'stores[1]', message: 'stores[1] belongs to another plane' },
    ]);
    expect(JSON.stringify(answer.body)).not.toContain(FIRST);
    expect(api.claims.held.size).toBe(4);
    expect(api.planes.records.size).toBe(2);
  });

  it('that was interrupted after its claims stands in nobody’s way once five minutes are over', async () => {
    const api = emptyWorld('2026-11-22T10:00:00.000Z');
    const { create } = api.registry;
    api.registry.create = async () => {
      throw new Error('ThrottlingException');
    };
    expect((await register(api)).status).toBe(500);
    // Nobody knows whether the first is on record, so its claims stay for now.
    expect(api.claims.held.size).toBe(4);
    api.registry.create = create;
    api.setTime('2026-11-22T10:05:00.000Z');
    expect((await register(api)).status).toBe(409);
    api.setTime('2026-11-22T10:05:00.001Z');
    expect((await register(api)).status).toBe(201);
    expect([...new Set([...api.claims.held.values()].map(({ planeId }) => planeId))]).toEqual([
      'kp_01JD0000000000000000000003',
    ]);
  });

  it('whose answer was lost keeps its claims for ever', async () => {
    const api = emptyWorld();
    await register(api);
    api.setTime('2027-11-22T10:00:00.000Z');
    expect((await register(api)).status).toBe(409);
  });
});

describe('planes', () => {
  it('are listed page by page', async () => {
    const api = emptyWorld();
    await register(api);
    const first = await api.call('GET', '/planes', { query: { limit: '1' } });
    expect(first.body).toMatchObject({ planes: [{ planeId: NEW }], nextToken: '1' });
    const { nextToken } = first.body;
    const second = await api.call('GET', '/planes', { query: { limit: '1', nextToken } });
    expect(second.body.planes).toMatchObject([{ planeId: FIRST }]);
    expect(second.body).not.toHaveProperty('nextToken');
  });

  it('are shown with no more of their offboarding than its id', async () => {
    const offboarding = {
      offboardingId: OFFBOARDING_ID,
      attempt: 1,
      executionArn: 'arn',
      request: offboardingRequest(),
    };
    const api = apiWorld({ plane: planeRecord({ offboarding }) });
    const { status, body } = await api.call('GET', '/planes/{planeId}');
    expect(status).toBe(200);
    expect(body).toMatchObject({ planeId: PLANE_ID, offboardingId: OFFBOARDING_ID });
    expect(body).not.toHaveProperty('offboarding');
    expect(body).not.toHaveProperty('ledgerSeq');
  });

  it('are an id and a state once they are purged', async () => {
    const api = apiWorld({ plane: { planeId: PLANE_ID, lifecycleState: 'PURGED', ledgerSeq: 9 } });
    const { status, body } = await api.call('GET', '/planes/{planeId}');
    expect(status).toBe(200);
    expect(body).toEqual({ planeId: PLANE_ID, lifecycleState: 'PURGED' });
  });
});
