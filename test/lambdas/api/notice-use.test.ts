import { describe, expect, it } from 'vitest';
import type { UseDuringGrace } from '../../../lambdas/core/grace-use.ts';
import {
  type JsonObject,
  type LedgerEntry,
  sealEntry,
} from '../../../lambdas/core/ledger-entry.ts';
import { APPROVER, OFFBOARDING_ID, PLANE_ID, planeRecord } from '../../support/builders.ts';
import { gatePassed, JOURNEYS, ledgerOf } from '../../support/ledgers.ts';
import { type ApiWorld, apiWorld } from './api-world.ts';

const PIPELINE = 'arn:aws:iam::111122223333:role/pipeline';
const SESSION = 'arn:aws:sts::111122223333:assumed-role/pipeline/run-17';
const LEASE = '/planes/{planeId}/leases/{leaseId}';

async function inGrace(
  useDuringGrace: UseDuringGrace = 'record',
  now = '2026-11-24T10:00:00.000Z',
) {
  const entries = await ledgerOf(...JOURNEYS.PENDING_DEACTIVATE);
  const request = entries[0]?.data.request as never;
  const plane = planeRecord({
    lifecycleState: 'PENDING_DEACTIVATE',
    offboarding: { offboardingId: OFFBOARDING_ID, attempt: 1, executionArn: 'arn:x', request },
  });
  return apiWorld({ entries, plane, now, useDuringGrace });
}

const lease = (api: ApiWorld, kind = 'run', as = SESSION, leaseId = 'l-1') =>
  api.call('PUT', LEASE, {
    path: { planeId: PLANE_ID, leaseId },
    body: { kind, ttlSeconds: 60 },
    as,
  });
const depend = (api: ApiWorld, dependentId = 'chatbot', as = SESSION) =>
  api.call('PUT', '/planes/{planeId}/dependents/{dependentId}', {
    path: { planeId: PLANE_ID, dependentId },
    body: { kind: 'application' },
    as,
  });
const noticed = (api: ApiWorld) =>
  api.ledger.entries
    .filter(({ type }) => type === 'USE_NOTICED')
    .map(({ actor, data }): JsonObject => ({ actor, ...data }));

/** The gate lets the deactivation pass just before the next entry is written. */
async function passGateBeforeAppend(api: ApiWorld): Promise<void> {
  const { append } = api.ledger;
  const steps = [...JOURNEYS.PENDING_DEACTIVATE, gatePassed('DEACTIVATED')];
  const [passed] = (await ledgerOf(...steps)).slice(-1) as [LedgerEntry];
  api.ledger.append = async (entry) => {
    api.ledger.append = append;
    const { hash: _, ...rest } = passed;
    const last = api.ledger.entries.at(-1);
    await append(
      await sealEntry({ ...rest, seq: (last?.seq ?? 0) + 1, prevHash: last?.hash ?? '' }),
    );
    return append(entry);
  };
}

describe('a use during the grace period', () => {
  it('is on record once a caller, kind of use and day', async () => {
    const api = await inGrace();
    await lease(api);
    await lease(api, 'run', SESSION, 'l-2');
    await lease(api, 'query');
    await lease(api, 'run', APPROVER, 'l-3');
    await depend(api);
    api.setTime('2026-11-25T00:00:00.000Z');
    await lease(api);
    expect(noticed(api)).toEqual([
      { actor: PIPELINE, use: 'run' },
      { actor: PIPELINE, use: 'query' },
      { actor: APPROVER, use: 'run' },
      { actor: PIPELINE, use: 'dependent', declarationId: 'dec_01JD0000000000000000000001' },
      { actor: PIPELINE, use: 'run' },
    ]);
    expect(api.usage.leases.size).toBe(3);
  });

  it('of a dependent is on record once a declaration: given up and declared again it is a new one', async () => {
    const api = await inGrace();
    await depend(api);
    await depend(api);
    const [first, ...more] = noticed(api);
    expect(more).toEqual([]);
    await api.call('DELETE', '/planes/{planeId}/dependents/{dependentId}', {
      path: { planeId: PLANE_ID, dependentId: 'chatbot' },
    });
    await depend(api);
    const declarations = noticed(api).map(({ declarationId }) => declarationId);
    expect(declarations).toHaveLength(2);
    expect(declarations[1]).not.toBe(first?.declarationId);
  });

  it('of a dependent that is declared again and again is on record once a caller and day', async () => {
    const api = await inGrace();
    await depend(api);
    await depend(api, 'search');
    for (const day of ['25', '26']) {
      api.setTime(`2026-11-${day}T10:00:00.000Z`);
      for (let times = 0; times < 3; times += 1) {
        await depend(api);
        await depend(api, 'search');
      }
    }
    expect(noticed(api)).toEqual([
      { actor: PIPELINE, use: 'dependent', declarationId: 'dec_01JD0000000000000000000001' },
      { actor: PIPELINE, use: 'dependent', declarationId: 'dec_01JD0000000000000000000002' },
      { actor: PIPELINE, use: 'dependent' },
      { actor: PIPELINE, use: 'dependent' },
    ]);
  });

  it('of a dependent that is declared again later extends the grace period again', async () => {
    const api = await inGrace('extend');
    await depend(api);
    api.setTime('2026-11-26T10:00:00.000Z');
    await depend(api);
    expect(noticed(api).map(({ gracePeriodEnd }) => gracePeriodEnd)).toEqual([
      '2026-12-02T00:00:00.000Z',
      '2026-12-04T00:00:00.000Z',
    ]);
  });

  it('is not declared anew without end: each time is an entry, and a caller has a hundred', async () => {
    const api = await inGrace();
    const giveUp = () =>
      api.call('DELETE', '/planes/{planeId}/dependents/{dependentId}', {
        path: { planeId: PLANE_ID, dependentId: 'chatbot' },
        as: SESSION,
      });
    for (let times = 0; times < 100; times += 1) {
      expect((await depend(api)).status).toBe(200);
      await giveUp();
    }
    const length = api.ledger.entries.length;
    expect(await depend(api)).toMatchObject({
      status: 409,
      body: { code: 'TOO_MANY_DECLARATIONS' },
    });
    expect(api.usage.dependents.size).toBe(0);
    expect(api.ledger.entries).toHaveLength(length);
    // What others need is none of that caller's business.
    expect((await depend(api, 'chatbot', APPROVER)).status).toBe(200);
  });

  it('is shown in the status, the last one first', async () => {
    const api = await inGrace();
    await lease(api);
    api.setTime('2026-11-24T11:00:00.000Z');
    await depend(api);
    const { body } = await api.call('GET', '/planes/{planeId}/offboarding');
    expect(body.usedDuringGrace).toEqual([
      { by: PIPELINE, use: 'dependent', at: '2026-11-24T11:00:00.000Z' },
      { by: PIPELINE, use: 'run', at: '2026-11-24T10:00:00.000Z' },
    ]);
    expect(body.gracePeriodEnd).toBe('2026-11-29T10:00:00.000Z');
  });

  it('extends the grace period where that is configured, once a day', async () => {
    const api = await inGrace('extend');
    await lease(api);
    await lease(api, 'query', APPROVER, 'l-2');
    expect(noticed(api)).toEqual([
      { actor: PIPELINE, use: 'run', gracePeriodEnd: '2026-12-02T00:00:00.000Z' },
      { actor: APPROVER, use: 'query' },
    ]);
    const { body } = await api.call('GET', '/planes/{planeId}/offboarding');
    expect(body.gracePeriodEnd).toBe('2026-12-02T00:00:00.000Z');
    api.setTime('2026-12-01T23:59:59.000Z');
    expect((await api.call('DELETE', '/planes/{planeId}/offboarding')).status).toBe(200);
  });

  it('of two at once extends it once, and both are on record', async () => {
    const api = await inGrace('extend');
    const answers = await Promise.all([lease(api), lease(api, 'run', APPROVER, 'l-2')]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const actors = noticed(api).map(({ actor }) => actor);
    expect(actors.toSorted()).toEqual([PIPELINE, APPROVER]);
    expect(noticed(api).filter((entry) => 'gracePeriodEnd' in entry)).toHaveLength(1);
  });

  it('of an ACTIVE plane is nothing to notice', async () => {
    const api = apiWorld({ useDuringGrace: 'extend' });
    expect((await lease(api)).status).toBe(200);
    expect(api.ledger.entries).toEqual([]);
  });
});

describe('a use that the gate overtakes', () => {
  it('is refused, and leaves no lease', async () => {
    const api = await inGrace();
    await passGateBeforeAppend(api);
    expect(await lease(api)).toMatchObject({ status: 409, body: { code: 'PLANE_NOT_SERVING' } });
    expect(api.usage.leases.size).toBe(0);
    expect(noticed(api)).toEqual([]);
  });

  it('is refused, and brings back the lease that was there', async () => {
    const api = await inGrace();
    await lease(api, 'query');
    const before = [...api.usage.leases.values()];
    await passGateBeforeAppend(api);
    expect((await lease(api, 'run')).status).toBe(409);
    expect([...api.usage.leases.values()]).toEqual(before);
  });

  it('is refused although a use of the same day is on record already', async () => {
    const api = await inGrace();
    await lease(api);
    const { putLease } = api.usage;
    api.usage.putLease = async (planeId, written, now) => {
      const before = await putLease(planeId, written, now);
      const last = api.ledger.entries.at(-1);
      const steps = [...JOURNEYS.PENDING_DEACTIVATE, gatePassed('DEACTIVATED')];
      const [passed] = (await ledgerOf(...steps)).slice(-1) as [LedgerEntry];
      const { hash: _, ...rest } = passed;
      await api.ledger.append(
        await sealEntry({ ...rest, seq: (last?.seq ?? 0) + 1, prevHash: last?.hash ?? '' }),
      );
      return before;
    };
    expect((await lease(api, 'run', SESSION, 'l-2')).status).toBe(409);
    expect([...api.usage.leases.keys()]).toEqual(['l-1']);
  });

  it('is refused, and leaves no dependent', async () => {
    const api = await inGrace();
    await passGateBeforeAppend(api);
    expect((await depend(api)).status).toBe(409);
    expect(api.usage.dependents.size).toBe(0);
  });
});
