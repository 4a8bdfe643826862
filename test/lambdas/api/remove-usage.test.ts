import { describe, expect, it } from 'vitest';
import { OFFBOARDING_ID, PLANE_ID, planeRecord, REQUESTER } from '../../support/builders.ts';
import { deregistered, JOURNEYS, ledgerOf, type Step } from '../../support/ledgers.ts';
import { EVERYBODY } from '../../support/policies.ts';
import { type ApiWorld, apiWorld } from './api-world.ts';

const BILLING = 'arn:aws:iam::111122223333:role/billing';
const ALICE = 'arn:aws:iam::111122223333:user/alice';
const CHATBOT = 'arn:aws:iam::111122223333:user/chatbot';
const IN_GRACE = '2026-11-24T10:00:00.000Z';

async function world(steps: readonly Step[] = JOURNEYS.PENDING_DEACTIVATE) {
  const entries = await ledgerOf(...steps);
  const roles = { ...EVERYBODY, operator: [ALICE] };
  const plane = planeRecord({ lifecycleState: entries.at(-1)?.to ?? 'ACTIVE' });
  const api = apiWorld({ entries, plane, now: IN_GRACE, roles });
  api.usage.dependents.set('billing', {
    dependentId: 'billing',
    kind: 'application',
    declaredBy: BILLING,
    declarationId: 'dec_1',
  });
  api.usage.leases.set('run-1', {
    leaseId: 'run-1',
    kind: 'run',
    heldBy: BILLING,
    expiresAt: '2026-11-24T11:00:00.000Z',
  });
  const added = () => api.ledger.entries.slice(entries.length);
  return { ...api, added };
}

const remove = (api: ApiWorld, what: 'dependents' | 'leases', as: string) =>
  api.call('DELETE', `/planes/{planeId}/${what}/{${what === 'leases' ? 'lease' : 'dependent'}Id}`, {
    path: { planeId: PLANE_ID, leaseId: 'run-1', dependentId: 'billing' },
    as: as.replace(/:iam:(.*):role\/(.*)/, ':sts:$1:assumed-role/$2/session'),
  });

describe('a dependent in the grace period', () => {
  it('is removed by whoever has declared it, on record', async () => {
    const api = await world();
    expect((await remove(api, 'dependents', BILLING)).status).toBe(204);
    expect((await remove(api, 'dependents', BILLING)).status).toBe(204);
    expect(api.usage.dependents.size).toBe(0);
    expect(api.added()).toMatchObject([
      {
        type: 'USAGE_REMOVED',
        offboardingId: OFFBOARDING_ID,
        actor: BILLING,
        data: { use: 'dependent', id: 'billing', whose: BILLING, declarationId: 'dec_1' },
      },
    ]);
  });

  it('is removed by nobody else, and the attempt is on record', async () => {
    const api = await world();
    expect(await remove(api, 'dependents', CHATBOT)).toMatchObject({
      status: 403,
      body: {
        code: 'NOT_PERMITTED',
        detail: 'billing was declared by somebody else: they or an operator may remove it',
        reasons: [{ policy: 'dependents-are-removed-by-their-declarer' }],
      },
    });
    expect(api.usage.dependents.size).toBe(1);
    expect(api.added()).toMatchObject([
      { type: 'BLOCKED', actor: CHATBOT, data: { action: 'removeDependent' } },
    ]);
  });

  it('is removed by an operator, by name', async () => {
    const api = await world();
    expect((await remove(api, 'dependents', ALICE)).status).toBe(204);
    expect(api.usage.dependents.size).toBe(0);
    expect(api.added()).toMatchObject([
      { type: 'USAGE_REMOVED', actor: ALICE, data: { id: 'billing', whose: BILLING } },
    ]);
  });

  it('is on record before it is gone', async () => {
    const api = await world();
    api.ledger.append = () => Promise.reject(new Error('the table is busy'));
    expect((await remove(api, 'dependents', ALICE)).status).toBe(500);
    expect(api.usage.dependents.size).toBe(1);
  });

  it("is not taken over to be removed as one's own", async () => {
    const api = await world();
    const taken = await api.call('PUT', '/planes/{planeId}/dependents/{dependentId}', {
      path: { planeId: PLANE_ID, dependentId: 'billing' },
      body: { kind: 'application' },
      as: CHATBOT,
    });
    expect(taken).toMatchObject({ status: 409, body: { code: 'USAGE_TAKEN' } });
    expect(api.usage.dependents.get('billing')?.declaredBy).toBe(BILLING);
  });

  it('that has been declared anew since the gate has looked stays', async () => {
    const api = await world();
    const { deleteDependent } = api.usage;
    api.usage.deleteDependent = (planeId, dependentId, declaration) => {
      const found = api.usage.dependents.get(dependentId);
      if (found) api.usage.dependents.set(dependentId, { ...found, declarationId: 'dec_2' });
      return deleteDependent(planeId, dependentId, declaration);
    };
    expect((await remove(api, 'dependents', ALICE)).status).toBe(204);
    expect(api.usage.dependents.get('billing')?.declarationId).toBe('dec_2');
  });
});

describe('a lease in the grace period', () => {
  it('is given back by its holder, without an entry: so ends every run', async () => {
    const api = await world();
    expect((await remove(api, 'leases', BILLING)).status).toBe(204);
    expect(api.usage.leases.size).toBe(0);
    expect(api.added()).toEqual([]);
  });

  it('is removed by an operator, by name, and by nobody else', async () => {
    const api = await world();
    expect(await remove(api, 'leases', CHATBOT)).toMatchObject({
      status: 403,
      body: { reasons: [{ policy: 'leases-are-given-back-by-their-holder' }] },
    });
    expect((await remove(api, 'leases', ALICE)).status).toBe(204);
    expect(api.usage.leases.size).toBe(0);
    expect(api.added()).toMatchObject([
      { type: 'BLOCKED', actor: CHATBOT },
      { type: 'USAGE_REMOVED', actor: ALICE, data: { use: 'run', id: 'run-1', whose: BILLING } },
    ]);
  });

  it('is not shortened by somebody else', async () => {
    const api = await world();
    const taken = await api.call('PUT', '/planes/{planeId}/leases/{leaseId}', {
      path: { planeId: PLANE_ID, leaseId: 'run-1' },
      body: { kind: 'run', ttlSeconds: 1 },
      as: CHATBOT,
    });
    expect(taken).toMatchObject({ status: 409, body: { code: 'USAGE_TAKEN' } });
  });
});

describe('outside of the grace period', () => {
  it.each(['ACTIVE', 'ARCHIVED'] as const)(
    'of an %s plane no removal is on record',
    async (state) => {
      const api = await world(JOURNEYS[state]);
      expect((await remove(api, 'dependents', ALICE)).status).toBe(204);
      expect(api.usage.dependents.size).toBe(0);
      expect(api.added()).toEqual([]);
    },
  );

  it('it is put on record all the same when the plane is deregistered meanwhile', async () => {
    const api = await world([]);
    const { deleteDependent } = api.usage;
    api.usage.deleteDependent = async (...removed) => {
      api.ledger.entries.push(...(await ledgerOf(deregistered())));
      return deleteDependent(...removed);
    };
    await remove(api, 'dependents', ALICE);
    expect(api.ledger.entries).toMatchObject([
      { type: 'TRANSITION', actor: REQUESTER },
      { type: 'USAGE_REMOVED', actor: ALICE },
    ]);
  });
});
