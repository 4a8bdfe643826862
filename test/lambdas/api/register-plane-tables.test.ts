import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeClaims } from '../../../lambdas/adapters/claims-table.ts';
import { pageToken } from '../../../lambdas/adapters/page-token.ts';
import { planeRegistry } from '../../../lambdas/adapters/registry-table.ts';
import type { CreatePlaneBody } from '../../../lambdas/api/bodies/plane-body.ts';
import { type RegisterPlanePorts, registerPlane } from '../../../lambdas/api/register-plane.ts';
import { REQUESTER } from '../../support/builders.ts';
import { type DynaliteTables, startDynalite } from '../../support/dynalite-tables.ts';

const NOW = new Date('2026-11-22T10:00:00.000Z');
const LATER = new Date('2026-11-22T10:10:00.000Z');

let dynamodb: DynaliteTables;
let ids = 0;
beforeAll(async () => {
  dynamodb = await startDynalite();
  await dynamodb.create('registry', { name: 'planeId', type: 'S' });
  await dynamodb.create('claims', { name: 'resource', type: 'S' }, { name: 'scope', type: 'S' });
});
afterAll(() => dynamodb.close());

function ports(changes: Partial<RegisterPlanePorts> = {}): RegisterPlanePorts {
  return {
    registry: planeRegistry(dynamodb.client, 'registry'),
    claims: storeClaims(dynamodb.client, 'claims'),
    reach: { buckets: ['*'], tables: ['*'], functions: ['*'] },
    newPlaneId: () => {
      ids += 1;
      return `kp_01JD${String(ids).padStart(22, '0')}`;
    },
    ...changes,
  };
}

const crashing = () =>
  ports({
    registry: {
      ...planeRegistry(dynamodb.client, 'registry'),
      create: async () => {
        throw new Error('crash');
      },
    },
  });

const bodyOf = (bucket: string, ...prefixes: readonly string[]): CreatePlaneBody => ({
  tenantId: 'tenant-a',
  name: 'handbook',
  type: 'docs',
  stores: prefixes.map((prefix) => ({ kind: 's3-prefix', bucket, prefix })),
  access: [],
});

const register = (body: CreatePlaneBody, now = NOW, on = ports()) =>
  registerPlane(on, { body, caller: REQUESTER, now });

describe('planes in the tables', () => {
  it('never share a prefix, around it or inside it', async () => {
    await register(bodyOf('overlap', 'kp-1/'));
    for (const prefix of ['kp-1/', 'kp-1/a/b/'])
      await expect(register(bodyOf('overlap', prefix), LATER)).rejects.toMatchObject({
        name: 'STORE_TAKEN',
      });
    await register(bodyOf('overlap', 'kp-10/'));
    await register(bodyOf('another', 'kp-1/'));
  });

  it('give back everything when one of their stores is taken', async () => {
    await register(bodyOf('partly', 'b/'));
    await expect(register(bodyOf('partly', 'a/', 'b/c/'))).rejects.toMatchObject({
      details: { field: 'stores[1]' },
    });
    await register(bodyOf('partly', 'a/'));
  });

  it.each([
    ['the same prefix', 'x/y/'],
    ['a prefix around it', 'x/'],
    ['a prefix inside it', 'x/y/z/'],
  ])('take over %s from a registration that crashed', async (what, prefix) => {
    const bucket = `crashed-${what.replaceAll(' ', '-')}`;
    await expect(register(bodyOf(bucket, 'x/y/'), NOW, crashing())).rejects.toThrow('crash');
    await expect(register(bodyOf(bucket, prefix), NOW)).rejects.toMatchObject({
      name: 'STORE_TAKEN',
    });
    const plane = await register(bodyOf(bucket, prefix), LATER);
    await expect(register(bodyOf(bucket, prefix), LATER)).rejects.toMatchObject({
      name: 'STORE_TAKEN',
    });
    expect(await ports().registry.read(plane.planeId)).toEqual(plane);
  });

  it('are one when two register the same store at once', async () => {
    const answers = await Promise.allSettled([
      register(bodyOf('race', 'kp-1/')),
      register(bodyOf('race', 'kp-1/')),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('are listed from no page that was not given out', async () => {
    const registry = planeRegistry(dynamodb.client, 'registry');
    for (const nextToken of [
      'x',
      'e30',
      pageToken({ other: { S: 'x' } }),
      pageToken({ planeId: { N: '1' } }),
    ])
      await expect(registry.list({ limit: 1, nextToken })).rejects.toMatchObject({
        name: 'INVALID_REQUEST',
      });
  });
});
