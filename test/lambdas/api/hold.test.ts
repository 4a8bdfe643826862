import { describe, expect, it } from 'vitest';
import { APPROVER, PLANE_ID, planeRecord, REQUESTER, TIMES } from '../../support/builders.ts';
import {
  approvalRequested,
  approved,
  gatePassed,
  holdPlaced,
  JOURNEYS,
  ledgerOf,
} from '../../support/ledgers.ts';
import { type ApiWorld, apiWorld } from './api-world.ts';

const HOLD = '/planes/{planeId}/hold';
const reason = 'litigation';

const place = (api: ApiWorld, reference: string, as = REQUESTER) =>
  api.call('PUT', HOLD, { body: { reference, reason }, as });
const release = (api: ApiWorld, reference: string) =>
  api.call('DELETE', HOLD, { body: { reference, reason: 'the case is closed' }, as: APPROVER });
const types = (api: ApiWorld) => api.ledger.entries.map(({ type }) => type);

describe('a legal hold', () => {
  it('is placed by the caller and shown until it is released', async () => {
    const api = apiWorld();
    const held = {
      planeId: PLANE_ID,
      holds: [{ reference: 'case-1', reason, placedBy: REQUESTER, placedAt: TIMES.requested }],
      purgeBegun: false,
    };
    expect(await place(api, 'case-1')).toMatchObject({ status: 200, body: held });
    expect((await api.call('GET', HOLD)).body).toEqual(held);
    expect((await api.call('GET', '/planes/{planeId}')).body.holds).toBe(1);

    expect(await release(api, 'case-1')).toMatchObject({ status: 204, body: '' });
    expect((await api.call('GET', HOLD)).body.holds).toEqual([]);
    expect((await api.call('GET', '/planes/{planeId}')).body.holds).toBe(0);
    expect(api.ledger.entries).toMatchObject([
      { type: 'HOLD_PLACED', actor: REQUESTER, reason, data: { reference: 'case-1' } },
      {
        type: 'HOLD_RELEASED',
        actor: APPROVER,
        reason: 'the case is closed',
        data: { reference: 'case-1' },
      },
    ]);
  });

  it('is one of several under references of their own', async () => {
    const api = apiWorld();
    await place(api, 'case-1');
    await place(api, 'case-2', APPROVER);
    await release(api, 'case-1');
    expect((await api.call('GET', HOLD)).body.holds).toMatchObject([
      { reference: 'case-2', placedBy: APPROVER },
    ]);
  });

  it('placed again is the one that is in force, whoever sends it', async () => {
    const api = apiWorld();
    const first = await place(api, 'case-1');
    expect(await place(api, 'case-1', APPROVER)).toEqual(first);
    expect(types(api)).toEqual(['HOLD_PLACED']);
  });

  it('placed by two at once is on record once', async () => {
    const api = apiWorld();
    const answers = await Promise.all([place(api, 'case-1'), place(api, 'case-1', APPROVER)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[0]?.body).toEqual(answers[1]?.body);
    expect(types(api)).toEqual(['HOLD_PLACED']);
  });

  it('can be placed again after its release, as often as it takes', async () => {
    const api = apiWorld();
    for (let times = 0; times < 2; times += 1) {
      expect((await place(api, 'case-1')).body.holds).toHaveLength(1);
      expect((await release(api, 'case-1')).status).toBe(204);
    }
    expect(types(api)).toEqual(['HOLD_PLACED', 'HOLD_RELEASED', 'HOLD_PLACED', 'HOLD_RELEASED']);
  });

  it('that is placed and released while it is being placed is placed anew', async () => {
    const api = apiWorld();
    const read = api.ledger.read;
    api.ledger.read = async (planeId) => {
      api.ledger.read = read;
      const before = await read(planeId);
      await place(api, 'case-1', APPROVER);
      await release(api, 'case-1');
      return before;
    };
    expect((await place(api, 'case-1')).body.holds).toMatchObject([
      { reference: 'case-1', placedBy: REQUESTER },
    ]);
    expect(types(api)).toEqual(['HOLD_PLACED', 'HOLD_RELEASED', 'HOLD_PLACED']);
  });

  it('says when a purge may have been at work before it', async () => {
    const steps = [...JOURNEYS.ARCHIVED, approvalRequested, approved, gatePassed('PURGED')];
    const api = apiWorld({ entries: await ledgerOf(...steps), now: TIMES.purged });
    expect(await place(api, 'case-1')).toMatchObject({ status: 200, body: { purgeBegun: true } });
  });

  it('comes too late for a purged plane', async () => {
    const plane = { planeId: PLANE_ID, lifecycleState: 'PURGED', ledgerSeq: 8 } as const;
    const entries = await ledgerOf(...JOURNEYS.PURGED);
    const api = apiWorld({ entries, plane, now: TIMES.purged });
    expect(await place(api, 'case-1')).toMatchObject({
      status: 409,
      body: { code: 'PLANE_PURGED' },
    });
    expect(api.ledger.entries).toHaveLength(entries.length);
  });

  it.each(['case-2', 'CASE-1', 'case-1.', 'hasOwnProperty'])(
    'is not released under another reference (%s)',
    async (reference) => {
      const entries = await ledgerOf(holdPlaced('case-1'));
      const api = apiWorld({ entries });
      expect(await release(api, reference)).toMatchObject({
        status: 404,
        body: { code: 'NO_SUCH_HOLD' },
      });
      expect(api.ledger.entries).toHaveLength(1);
    },
  );

  it('is not released twice', async () => {
    const api = apiWorld({ entries: await ledgerOf(holdPlaced('case-1')) });
    const answers = await Promise.all([release(api, 'case-1'), release(api, 'case-1')]);
    expect(answers.map(({ status }) => status)).toEqual([204, 204]);
    expect((await release(api, 'case-1')).status).toBe(404);
    expect(types(api)).toEqual(['HOLD_PLACED', 'HOLD_RELEASED']);
  });

  it('is counted in the status of the offboarding', async () => {
    const entries = await ledgerOf(...JOURNEYS.PENDING_DEACTIVATE, holdPlaced('case-1'));
    const plane = planeRecord({ lifecycleState: 'PENDING_DEACTIVATE' });
    const api = apiWorld({ entries, plane });
    await api.call('POST', '/planes/{planeId}/offboarding', { body: { reason: 'x' } });
    expect((await api.call('GET', '/planes/{planeId}/offboarding')).body.holds).toBe(1);
  });
});
