import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHUNKS_TABLE, DOCUMENTS_BUCKET } from '../../local/demo/sample-plane.ts';
import { BAD_BODIES, type BadBody, GOOD_BODIES } from '../lambdas/api/bad-bodies.ts';
import { expectProblem } from '../support/expect-problem.ts';
import { startWorld, type World, type WorldPlane } from '../support/offboarding-world.ts';
import type { RawRequest } from '../support/raw-request.ts';
import { type Refusals, watchRefusals } from '../support/refusals.ts';

const MEGABYTE = 1024 * 1024;
const STALE_HASH = 'c'.repeat(64);
const prefix = (value: string) => ({ kind: 's3-prefix', bucket: DOCUMENTS_BUCKET, prefix: value });

describe('bad input', () => {
  let world: World;
  let refusals: Refusals;
  let serving: WorldPlane;
  let inGrace: WorldPlane;
  let asked: WorldPlane;

  beforeAll(async () => {
    world = await startWorld();
    serving = await world.plane();
    inGrace = await world.plane();
    await inGrace.start();
    asked = await world.plane();
    await asked.start({ force: true, forceReason: 'test', erasure: true });
    expect([await inGrace.status(), await asked.status()]).toEqual([
      'WAITING_GRACE',
      'WAITING_APPROVAL',
    ]);
    refusals = await watchRefusals(world);
  });
  afterAll(() => world.close());

  const register = (changes: object): RawRequest => ({
    method: 'POST',
    path: '/planes',
    body: {
      tenantId: 'tenant-b',
      name: 'intruder',
      type: 'docs',
      stores: [prefix('tenant-b/intruder/')],
      access: [],
      ...changes,
    },
  });

  const routesWithBody = (): Readonly<Record<keyof typeof GOOD_BODIES, RawRequest>> => ({
    createPlane: { method: 'POST', path: '/planes' },
    startOffboarding: { method: 'POST', path: `/planes/${serving.planeId}/offboarding` },
    decideApproval: { method: 'POST', path: `/planes/${asked.planeId}/approval`, as: 'approver' },
    putLease: { method: 'PUT', path: `/planes/${serving.planeId}/leases/run-1` },
    putDependent: { method: 'PUT', path: `/planes/${serving.planeId}/dependents/bot` },
    hold: { method: 'PUT', path: `/planes/${serving.planeId}/hold` },
  });

  describe.each(Object.keys(GOOD_BODIES) as (keyof typeof GOOD_BODIES)[])('%s', (name) => {
    it.each<BadBody>(BAD_BODIES[name])('%s', async (_, body, field) => {
      await refusals.expectRefusal(
        { ...routesWithBody()[name], body },
        400,
        'INVALID_REQUEST',
        field,
      );
    });

    it.each([
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonp',
      'x',
    ])('as %s', async (type) => {
      const body = GOOD_BODIES[name];
      const headers = { 'content-type': type };
      await refusals.expectRefusal(
        { ...routesWithBody()[name], body, headers },
        415,
        'UNSUPPORTED_MEDIA_TYPE',
        'content-type',
      );
    });

    it('nested deeper than a stack is', async () => {
      const depth = 200_000;
      for (const body of [
        '['.repeat(depth) + ']'.repeat(depth),
        `{"${Object.keys(GOOD_BODIES[name])[0]}":${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}}`,
      ])
        await refusals.expectRefusal({ ...routesWithBody()[name], body }, 400, 'INVALID_REQUEST');
    });

    it('of more than Lambda takes, and of more than the gateway takes', async () => {
      for (const bytes of [6 * MEGABYTE, 10 * MEGABYTE]) {
        const body = JSON.stringify(GOOD_BODIES[name]) + ' '.repeat(bytes);
        await refusals.expectRefusal({ ...routesWithBody()[name], body }, 413, 'PAYLOAD_TOO_LARGE');
      }
    });
  });

  describe('a registration', () => {
    it('of what another plane has, has a part of, or is a part of', async () => {
      const { prefix: taken, partition, functionName } = serving.sample;
      const [tenant = ''] = taken.split('/');
      for (const stores of [[prefix(taken)], [prefix(`${taken}sub/`)], [prefix(`${tenant}/`)]])
        await refusals.expectRefusal(register({ stores }), 409, 'STORE_TAKEN', 'stores[0]');

      const partitionKey = { name: 'plane', value: partition };
      const chunks = { kind: 'dynamodb-partition', table: CHUNKS_TABLE, partitionKey };
      // The first one is free, and is again afterwards.
      const stores = [prefix('tenant-b/free/'), chunks];
      await refusals.expectRefusal(register({ stores }), 409, 'STORE_TAKEN', 'stores[1]');
      const tokens = { kind: 'token-partition', table: CHUNKS_TABLE, partitionKey };
      await refusals.expectRefusal(register({ access: [tokens] }), 409, 'STORE_TAKEN', 'access[0]');
      const endpoint = { kind: 'query-endpoint', functionName };
      await refusals.expectRefusal(
        register({ access: [endpoint] }),
        409,
        'STORE_TAKEN',
        'access[0]',
      );
    });

    it('of what is out of reach', async () => {
      const partitionKey = { name: 'plane', value: 'x' };
      const cases = [
        [{ stores: [{ ...prefix('a/'), bucket: 'payroll' }] }, 'stores[0].bucket'],
        [
          { stores: [{ kind: 'dynamodb-partition', table: 'payroll', partitionKey }] },
          'stores[0].table',
        ],
        [
          { access: [{ kind: 'token-partition', table: 'payroll', partitionKey }] },
          'access[0].table',
        ],
        [
          { access: [{ kind: 'query-endpoint', functionName: 'payroll' }] },
          'access[0].functionName',
        ],
      ] as const;
      for (const [changes, field] of cases)
        await refusals.expectRefusal(register(changes), 400, 'STORE_OUT_OF_REACH', field);
    });
  });

  describe('a plane', () => {
    it('that is not so far', async () => {
      const path = `/planes/${serving.planeId}`;
      const cases = [
        ['GET', '/offboarding', 404, 'NO_OFFBOARDING'],
        ['DELETE', '/offboarding', 404, 'NO_OFFBOARDING'],
        ['GET', '/approval', 404, 'NO_OPEN_APPROVAL'],
        ['POST', '/approval', 404, 'NO_OPEN_APPROVAL'],
        ['GET', '/certificate', 404, 'NO_CERTIFICATE'],
      ] as const;
      for (const [method, resource, status, code] of cases) {
        const body = method === 'POST' ? GOOD_BODIES.decideApproval : undefined;
        await refusals.expectRefusal({ method, path: path + resource, body }, status, code);
      }
    });

    it('that is too far', async () => {
      const path = `/planes/${asked.planeId}`;
      const { putLease, putDependent, startOffboarding } = GOOD_BODIES;
      const cases = [
        ['POST', '/offboarding', 409, 'OFFBOARDING_IN_PROGRESS', startOffboarding],
        ['DELETE', '/offboarding', 409, 'CANCEL_TOO_LATE', undefined],
        ['PUT', '/leases/run-1', 409, 'PLANE_NOT_SERVING', putLease],
        ['PUT', '/dependents/bot', 409, 'PLANE_NOT_SERVING', putDependent],
      ] as const;
      for (const [method, resource, status, code, body] of cases)
        await refusals.expectRefusal({ method, path: path + resource, body }, status, code);
    });

    it('that is started a second time', async () => {
      const path = `/planes/${inGrace.planeId}/offboarding`;
      for (const body of [{ reason: 'test' }, { reason: 'other', erasure: true }])
        await refusals.expectRefusal(
          { method: 'POST', path, body },
          409,
          'OFFBOARDING_IN_PROGRESS',
        );
    });

    it.each([
      ['is decided by a hash of another scope', 'approve', 'approver', 409, 'STALE_SCOPE_HASH'],
      ['is rejected by a hash of another scope', 'reject', 'approver', 409, 'STALE_SCOPE_HASH'],
      ['the requester approves', 'approve', 'operator', 403, 'APPROVER_IS_REQUESTER'],
    ])(
      'whose purge %s: refused, on record, and nothing else',
      async (_, decision, as, status, code) => {
        const path = `/planes/${asked.planeId}/approval`;
        const question = await refusals.send({ method: 'GET', path });
        const before = await refusals.readState();
        const scopeHash =
          code === 'STALE_SCOPE_HASH' ? STALE_HASH : JSON.parse(question.text).scopeHash;
        const body = { decision, reason: 'ok', scopeHash };
        const answer = await refusals.send({ method: 'POST', path, body, as });
        expectProblem(answer, { status, code });

        const now = await refusals.readState();
        const known = new Set(before.entries.map(({ hash }) => hash));
        expect(now.entries.filter(({ hash }) => !known.has(hash))).toMatchObject([
          {
            type: 'BLOCKED',
            planeId: asked.planeId,
            actor: `arn:aws:iam::111122223333:user/${as}`,
            data: { action: decision },
          },
        ]);
        expect({ ...now, entries: now.entries.filter(({ hash }) => known.has(hash)) }).toEqual({
          ...before,
          planes: now.planes,
        });
        expect(now.planes.map(({ lifecycleState }) => lifecycleState)).toEqual(
          before.planes.map(({ lifecycleState }) => lifecycleState),
        );
      },
    );
  });

  describe('two registrations at once', () => {
    it.each([
      ['the same prefix', 'same/', 'same/'],
      ['one prefix around the other', 'around/', 'around/inside/'],
      ['one far inside of the other', 'far/a/b/c/d/', 'far/'],
    ])('of %s are never both accepted', async (_, one, other) => {
      for (let round = 0; round < 8; round += 1) {
        const stores = [one, other].map((path) => [prefix(`race-${round}/${path}`)]);
        const send = async (of: unknown) => refusals.send(register({ stores: of }));
        const answers = await Promise.all(stores.map(send));
        const accepted = answers.filter(({ status }) => status === 201);
        expect(accepted.length).toBeLessThan(2);
        for (const answer of answers)
          if (answer.status !== 201) expectProblem(answer, { status: 409, code: 'STORE_TAKEN' });
        // Where they kept each other out, nothing of either is in the way of a third.
        const again = await send(stores[0]);
        expect(again.status).toBe(accepted.length === 1 ? 409 : 201);
      }
      const { planes, claims } = await refusals.readState();
      const registered = planes.map(({ planeId }) => planeId);
      expect(registered).toEqual(expect.arrayContaining(claims.map(({ planeId }) => planeId)));
    });
  });
});
