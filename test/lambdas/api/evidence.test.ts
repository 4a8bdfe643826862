import { describe, expect, it } from 'vitest';
import { assertChain } from '../../../lambdas/core/ledger-entry.ts';
import { PLANE_ID, TIMES } from '../../support/builders.ts';
import { certified, JOURNEYS, ledgerOf } from '../../support/ledgers.ts';
import { apiWorld } from './api-world.ts';

const TOMBSTONE = { planeId: PLANE_ID, lifecycleState: 'PURGED', ledgerSeq: 9 } as const;

async function purgedWorld() {
  const entries = await ledgerOf(...JOURNEYS.PURGED, certified);
  return apiWorld({ entries, plane: TOMBSTONE, now: TIMES.purged });
}

describe('the ledger', () => {
  it('of a purged plane is still there, whole and unbroken', async () => {
    const { status, body } = await (await purgedWorld()).call('GET', '/planes/{planeId}/ledger');
    expect(status).toBe(200);
    expect(body.entries).toHaveLength(9);
    expect(body).not.toHaveProperty('nextToken');
    await assertChain(body.entries);
  });

  it('comes page by page, each entry once', async () => {
    const api = await purgedWorld();
    const seen: number[] = [];
    let nextToken: string | undefined;
    do {
      const query = { limit: '3', ...(nextToken && { nextToken }) };
      const { body } = await api.call('GET', '/planes/{planeId}/ledger', { query });
      seen.push(...body.entries.map((entry: { seq: number }) => entry.seq));
      nextToken = body.nextToken;
    } while (nextToken);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('is empty for a plane that never left ACTIVE', async () => {
    const { body } = await apiWorld().call('GET', '/planes/{planeId}/ledger');
    expect(body).toEqual({ entries: [] });
  });

  it.each(['x', '9', 'YWZ0ZXItLTE', Buffer.from('after-0').toString('base64url')])(
    'takes no token that it did not give out: %s',
    async (nextToken) => {
      const api = await purgedWorld();
      expect(
        await api.call('GET', '/planes/{planeId}/ledger', { query: { nextToken } }),
      ).toMatchObject({ status: 400, body: { errors: [{ field: 'nextToken' }] } });
    },
  );
});

describe('the certificate', () => {
  it('is the signed statement itself', async () => {
    const answer = await (await purgedWorld()).call('GET', '/planes/{planeId}/certificate');
    expect(answer).toMatchObject({
      status: 200,
      contentType: 'application/jose',
      body: `executed-jws-of-${PLANE_ID}`,
    });
  });

  it.each(['ACTIVE', 'ARCHIVED', 'PURGED'] as const)(
    'is a 404 for a plane that is %s and not certified',
    async (state) => {
      const api = apiWorld({ entries: await ledgerOf(...JOURNEYS[state]) });
      expect(await api.call('GET', '/planes/{planeId}/certificate')).toMatchObject({
        status: 404,
        body: { code: 'NO_CERTIFICATE' },
      });
    },
  );

  describe('of a plane of which nothing remains anywhere', () => {
    const finalWorld = async () => {
      const final = { ...certified, data: { phase: 'final' } };
      const entries = await ledgerOf(...JOURNEYS.PURGED, certified, final);
      return apiWorld({ entries, plane: TOMBSTONE, now: TIMES.purged });
    };

    it.each([
      [{}, 'final'],
      [{ phase: 'final' }, 'final'],
      [{ phase: 'executed' }, 'executed'],
    ])('is, asked for by %j, the %s one', async (query: Record<string, string>, phase) => {
      const answer = await (await finalWorld()).call('GET', '/planes/{planeId}/certificate', {
        query,
      });
      expect(answer).toMatchObject({ status: 200, body: `${phase}-jws-of-${PLANE_ID}` });
    });
  });

  it('has no final phase before the last residue has run out', async () => {
    const api = await purgedWorld();
    expect(
      await api.call('GET', '/planes/{planeId}/certificate', { query: { phase: 'final' } }),
    ).toMatchObject({ status: 404, body: { code: 'NO_CERTIFICATE' } });
  });

  it('has no other phase', async () => {
    const api = await purgedWorld();
    expect(
      await api.call('GET', '/planes/{planeId}/certificate', { query: { phase: 'draft' } }),
    ).toMatchObject({ status: 400, body: { errors: [{ field: 'phase' }] } });
  });
});

describe('the keys', () => {
  it('are a JWK set that may be kept for a day', async () => {
    const answer = await apiWorld().call('GET', '/keys', { path: {} });
    expect(answer).toMatchObject({
      status: 200,
      contentType: 'application/jwk-set+json',
      body: { keys: [{ kty: 'EC', kid: 'key-1' }] },
    });
    expect(answer.headers['cache-control']).toBe('max-age=86400');
  });
});
