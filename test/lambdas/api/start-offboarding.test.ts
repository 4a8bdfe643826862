import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../../lambdas/core/ledger-entry.ts';
import {
  deregistrationData,
  OFFBOARDING_ID,
  offboardingRequest,
  PLANE_ID,
  planeRecord,
  TIMES,
} from '../../support/builders.ts';
import {
  approvalRequested,
  certified,
  deregistered,
  halted,
  JOURNEYS,
  ledgerOf,
  rejected,
  type Step,
} from '../../support/ledgers.ts';
import { PROD } from '../../support/policies.ts';
import { apiWorld } from './api-world.ts';

const RESOURCE = '/planes/{planeId}/offboarding';
const FIRST = 'off_01JD0000000000000000000001';
const ARN = 'arn:aws:states:eu-central-1:111122223333:execution:Offboarding';
const BODY = { reason: 'contract ends' };
const DAY_LATER = '2026-11-23T10:00:00.000Z';

const claim = (attempt: number, requestedAt: string = TIMES.requested) => ({
  offboardingId: OFFBOARDING_ID,
  attempt,
  executionArn: `${ARN}:${OFFBOARDING_ID}-${attempt}`,
  request: offboardingRequest({ requestedAt }),
});

/** Every step as the execution of `attempt` wrote it. */
const by = (attempt: number | string, ...steps: readonly Step[]) =>
  steps.map((step, index) => ({
    ...step,
    idempotencyKey: `${typeof attempt === 'number' ? `${OFFBOARDING_ID}-${attempt}` : attempt}/s${index}`,
  }));

function world(
  entries: readonly LedgerEntry[],
  { attempt = 1, now = DAY_LATER }: { attempt?: number; now?: string } = {},
) {
  return apiWorld({ entries, now, plane: planeRecord({ offboarding: claim(attempt) }) });
}

const start = (api: ReturnType<typeof apiWorld>, body: object = BODY, as?: string) =>
  api.call('POST', RESOURCE, { body, ...(as && { as }) });

describe('a first start', () => {
  it('claims the first attempt, starts its execution and says where the plane stands', async () => {
    const api = apiWorld();
    expect(await start(api)).toMatchObject({
      status: 202,
      body: {
        offboardingId: FIRST,
        planeId: PLANE_ID,
        executionArn: `${ARN}:${FIRST}-1`,
        lifecycleState: 'ACTIVE',
      },
    });
    const request = {
      reason: 'contract ends',
      requestedBy: 'arn:aws:iam::111122223333:user/operator',
      requestedAt: '2026-11-22T10:00:00.000Z',
      gracePeriodDays: 7,
      retentionDays: 365,
      erasure: false,
      force: false,
      forceReason: null,
    };
    expect(api.planes.records.get(PLANE_ID)).toMatchObject({
      offboarding: { offboardingId: FIRST, attempt: 1, request },
    });
    const execution = api.executions.running.get(`${ARN}:${FIRST}-1`);
    expect(JSON.parse(execution?.input ?? '')).toEqual({
      planeId: PLANE_ID,
      offboardingId: FIRST,
      request,
    });
  });

  it.each([
    ['the longest grace period and retention', { gracePeriodDays: 180, retentionDays: 3650 }],
    ['none of both', { gracePeriodDays: 0, retentionDays: 0 }],
    ['erasure', { erasure: true }],
    ['force', { force: true, forceReason: 'leak' }],
    ['neither erasure nor force, said aloud', { erasure: false, force: false }],
    ['a reason of 1,000 characters', { reason: 'x'.repeat(1000) }],
  ])('takes %s', async (_, changes) => {
    expect((await start(apiWorld(), { ...BODY, ...changes })).status).toBe(202);
  });

  it('takes the defaults of a deployment whose floors are higher', async () => {
    const environment = { ...PROD, gracePeriodFloorDays: 30, retentionFloorDays: 730 };
    const api = apiWorld({ environment });
    await start(api);
    expect(api.planes.records.get(PLANE_ID)).toMatchObject({
      offboarding: { request: { gracePeriodDays: 30, retentionDays: 730 } },
    });
  });

  it.each([
    [{ gracePeriodDays: 6 }, ['GRACE_UNDER_FLOOR']],
    [{ retentionDays: 29 }, ['RETENTION_UNDER_FLOOR']],
    [{ gracePeriodDays: 0, retentionDays: 0 }, ['GRACE_UNDER_FLOOR', 'RETENTION_UNDER_FLOOR']],
  ])('cannot go under the floors, and is on record: %o', async (changes, codes) => {
    const api = apiWorld({ environment: PROD });
    const answer = await start(api, { ...BODY, ...changes });
    expect(answer).toMatchObject({ status: 403, body: { code: codes[0] } });
    expect(answer.body.reasons.map(({ code }: { code: string }) => code)).toEqual(codes);
    expect(api.executions.running.size).toBe(0);
    expect(api.planes.records.get(PLANE_ID)).not.toHaveProperty('offboarding');
    expect(api.ledger.entries).toMatchObject([
      { type: 'BLOCKED', offboardingId: null, data: { action: 'start' } },
    ]);
  });

  it('passes on which dependents may be cut off, each once and in order', async () => {
    const api = apiWorld();
    await start(api, { ...BODY, acknowledgedDependents: ['b', 'a'] });
    expect(api.planes.records.get(PLANE_ID)).toMatchObject({
      offboarding: { request: { acknowledgedDependents: ['a', 'b'] } },
    });
    const twice = await start(apiWorld(), { ...BODY, acknowledgedDependents: ['a', 'a'] });
    expect(twice).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
  });
});

describe('a second start', () => {
  it('is refused while the first runs', async () => {
    const api = apiWorld();
    await start(api);
    expect(await start(api)).toMatchObject({
      status: 409,
      body: { code: 'OFFBOARDING_IN_PROGRESS' },
    });
    expect(api.executions.running.size).toBe(1);
  });

  it('at the same time is refused: one execution', async () => {
    const api = apiWorld();
    const answers = await Promise.all([
      start(api, { reason: 'first' }),
      start(api, { reason: 'second' }, 'arn:aws:iam::111122223333:user/colleague'),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
    expect(api.executions.running.size).toBe(1);
  });

  it('is refused to the loser of the claim', async () => {
    const api = apiWorld();
    api.registry.claimAttempt = async () => false;
    expect(await start(api)).toMatchObject({ status: 409 });
    expect(api.executions.running.size).toBe(0);
  });
});

describe('a crash of the API', () => {
  const crash = new Error('ThrottlingException');

  it.each(['before', 'after'] as const)(
    'just %s the execution began is healed by the same request again',
    async (when) => {
      const api = apiWorld();
      api.executions.failNextStart(crash, when);
      expect((await start(api)).status).toBe(500);
      // What began is running and a second start of it; what did not begin is the same attempt again.
      api.setTime('2026-11-22T10:00:05.000Z');
      expect((await start(api)).status).toBe(when === 'before' ? 202 : 409);
      expect([...api.executions.running.keys()]).toEqual([`${ARN}:${FIRST}-1`]);
      expect(api.planes.records.get(PLANE_ID)).toMatchObject({ offboarding: { attempt: 1 } });
    },
  );

  it('is not healed by another request at once, because the first may still be on its way', async () => {
    const api = apiWorld();
    api.executions.failNextStart(crash, 'before');
    await start(api);
    api.setTime('2026-11-22T10:00:59.000Z');
    expect(await start(api, { reason: 'other' })).toMatchObject({
      status: 409,
      body: { code: 'OFFBOARDING_IN_PROGRESS' },
    });
    expect(api.executions.running.size).toBe(0);
  });

  it('is healed by any request after a minute', async () => {
    const api = apiWorld();
    api.executions.failNextStart(crash, 'before');
    await start(api);
    api.setTime('2026-11-22T10:01:00.000Z');
    expect((await start(api, { reason: 'other' })).status).toBe(202);
    expect(api.executions.running.size).toBe(1);
  });
});

describe('a start of an offboarding that has begun', () => {
  const deregisteredBy1 = by(1, deregistered());

  it.each([
    ['halted', { status: 'FAILED', error: 'ACTIVE_USAGE' }],
    ['stopped by an operator', { status: 'ABORTED' }],
    ['timed out', { status: 'TIMED_OUT' }],
  ] as const)('goes on under its id with the next attempt: %s', async (_, execution) => {
    const api = world(await ledgerOf(...deregisteredBy1));
    api.executions.end(`${OFFBOARDING_ID}-1`, execution);
    expect(await start(api)).toMatchObject({
      status: 202,
      body: {
        offboardingId: OFFBOARDING_ID,
        executionArn: `${ARN}:${OFFBOARDING_ID}-2`,
        lifecycleState: 'PENDING_DEACTIVATE',
      },
    });
  });

  it('gets a new id when the plane never left ACTIVE', async () => {
    const api = world(await ledgerOf(...by(1, halted('deregister', 'ACTIVE_REFERENCES'))));
    api.executions.end(`${OFFBOARDING_ID}-1`, { status: 'FAILED', error: 'ACTIVE_REFERENCES' });
    const { body } = await start(api);
    expect(body.offboardingId).not.toBe(OFFBOARDING_ID);
  });

  it('passes over names that are taken', async () => {
    const api = world(await ledgerOf(...deregisteredBy1));
    api.executions.end(`${OFFBOARDING_ID}-1`, { status: 'ABORTED' });
    api.executions.end(`${OFFBOARDING_ID}-2`, { status: 'FAILED', error: 'ARCHIVE_FAILED' });
    expect((await start(api)).body.executionArn).toBe(`${ARN}:${OFFBOARDING_ID}-3`);
    expect(api.planes.records.get(PLANE_ID)).toMatchObject({ offboarding: { attempt: 3 } });
  });

  it('is refused when a taken name turns out to be running', async () => {
    const api = world(await ledgerOf(...deregisteredBy1));
    api.executions.end(`${OFFBOARDING_ID}-1`, { status: 'ABORTED' });
    api.executions.end(`${OFFBOARDING_ID}-2`, { status: 'RUNNING' });
    expect((await start(api)).body.code).toBe('OFFBOARDING_IN_PROGRESS');
  });
});

describe('a start of an archived plane', () => {
  const TO_ARCHIVED = by(1, ...JOURNEYS.ARCHIVED);
  const KEPT = { status: 'SUCCEEDED' } as const;
  const IN_RETENTION = '2027-01-01T00:00:00.000Z';

  it('is refused while the retention runs, and says until when', async () => {
    const api = world(await ledgerOf(...TO_ARCHIVED), { now: IN_RETENTION });
    api.executions.end(`${OFFBOARDING_ID}-1`, KEPT);
    expect(await start(api)).toMatchObject({
      status: 409,
      body: { code: 'RETENTION_RUNNING', retentionUntil: TIMES.retentionUntil },
    });
  });

  it('is refused even when AWS has forgotten the execution', async () => {
    const api = world(await ledgerOf(...TO_ARCHIVED), { now: IN_RETENTION });
    expect((await start(api)).body.code).toBe('RETENTION_RUNNING');
  });

  it.each([
    ['the retention is over', TIMES.retentionUntil, BODY],
    ['erasure is asked for', IN_RETENTION, { ...BODY, erasure: true }],
  ])('goes on when %s', async (_, now, body) => {
    const api = world(await ledgerOf(...TO_ARCHIVED), { now });
    api.executions.end(`${OFFBOARDING_ID}-1`, KEPT);
    expect(await start(api, body)).toMatchObject({
      status: 202,
      body: { offboardingId: OFFBOARDING_ID, lifecycleState: 'ARCHIVED' },
    });
  });

  it('goes on when erasure was asked for from the beginning', async () => {
    const request = offboardingRequest({ erasure: true });
    const steps = [deregistered(deregistrationData({ request })), ...JOURNEYS.ARCHIVED.slice(1)];
    const api = world(await ledgerOf(...by(1, ...steps, approvalRequested, rejected)), {
      now: IN_RETENTION,
    });
    api.executions.end(`${OFFBOARDING_ID}-1`, KEPT);
    expect((await start(api)).status).toBe(202);
  });

  it.each([
    ['halted before the purge was scheduled', [halted('archive', 'States.Timeout')], 'FAILED'],
    ['was stopped before the purge was scheduled', [], 'ABORTED'],
  ] as const)('goes on when it %s', async (_, more, status) => {
    const api = world(await ledgerOf(...TO_ARCHIVED, ...by(1, ...more)), { now: IN_RETENTION });
    api.executions.end(`${OFFBOARDING_ID}-1`, { status });
    expect((await start(api)).status).toBe(202);
  });

  it('is refused again once a later execution has scheduled the purge', async () => {
    const steps = [...TO_ARCHIVED, ...by(1, halted('archive', 'States.Timeout'))];
    const api = world(await ledgerOf(...steps), { now: IN_RETENTION });
    api.executions.end(`${OFFBOARDING_ID}-1`, { status: 'FAILED' });
    const { executionArn } = (await start(api)).body;
    expect(executionArn).toBe(`${ARN}:${OFFBOARDING_ID}-2`);
    api.executions.end(`${OFFBOARDING_ID}-2`, KEPT);
    expect((await start(api)).body.code).toBe('RETENTION_RUNNING');
  });

  describe.each([
    ['the schedule', `${OFFBOARDING_ID}-2`, 3],
    ['somebody in the console', 'by-hand', 2],
  ])('when %s has started an execution', (_, name, next) => {
    const WAITING = [...TO_ARCHIVED, ...by(name, approvalRequested)];

    it('is refused while that waits for its approval', async () => {
      const api = world(await ledgerOf(...WAITING), { now: TIMES.approved });
      api.executions.end(`${OFFBOARDING_ID}-1`, KEPT);
      api.executions.end(name, { status: 'RUNNING' });
      expect((await start(api)).body.code).toBe('OFFBOARDING_IN_PROGRESS');
      expect(api.planes.records.get(PLANE_ID)).toMatchObject({ offboarding: { attempt: 1 } });
    });

    it.each([
      ['failed', [], { status: 'FAILED', error: 'APPROVAL_EXPIRED' }],
      ['was rejected', [rejected], KEPT],
    ] as const)('goes on after it %s, and claims the next attempt', async (_what, more, ended) => {
      const api = world(await ledgerOf(...WAITING, ...more), { now: '2028-01-01T00:00:00.000Z' });
      api.executions.end(`${OFFBOARDING_ID}-1`, KEPT);
      api.executions.end(name, ended);
      expect((await start(api)).body.executionArn).toBe(`${ARN}:${OFFBOARDING_ID}-${next}`);
      expect(api.planes.records.get(PLANE_ID)).toMatchObject({ offboarding: { attempt: next } });
    });
  });

  it.each([
    [TIMES.retentionUntil, 'RUNNING', 409],
    [TIMES.approved, 'FAILED', 202],
  ] as const)('at %s sees a scheduled execution that has written nothing, %s', async (...row) => {
    const [now, status, expected] = row;
    const api = world(await ledgerOf(...TO_ARCHIVED), { now });
    api.executions.end(`${OFFBOARDING_ID}-1`, KEPT);
    api.executions.end(`${OFFBOARDING_ID}-2`, { status });
    const answer = await start(api);
    expect(answer.status).toBe(expected);
    expect(answer.body.executionArn).toBe(
      expected === 202 ? `${ARN}:${OFFBOARDING_ID}-3` : undefined,
    );
    expect(api.executions.running.has(`${ARN}:${OFFBOARDING_ID}-3`)).toBe(expected === 202);
  });

  it('does not mind what an overtaken execution wrote late', async () => {
    const late = { ...halted('verify_deactivate', 'ACTIVE_USAGE'), at: '2026-11-23T10:00:01.000Z' };
    const api = apiWorld({
      entries: await ledgerOf(...by(1, deregistered(), late)),
      now: DAY_LATER,
      plane: planeRecord({ offboarding: { ...claim(2, DAY_LATER) } }),
    });
    api.executions.end(`${OFFBOARDING_ID}-2`, { status: 'RUNNING' });
    expect((await start(api)).body.code).toBe('OFFBOARDING_IN_PROGRESS');
  });
});

describe('a start of a purged plane', () => {
  const tombstone = { planeId: PLANE_ID, lifecycleState: 'PURGED', ledgerSeq: 8 } as const;
  const TO_PURGED = by(3, ...JOURNEYS.PURGED);

  it('is refused once it is certified', async () => {
    const entries = await ledgerOf(...TO_PURGED, ...by(3, certified));
    const api = apiWorld({ entries, plane: tombstone, now: TIMES.purged });
    expect(await start(api)).toMatchObject({ status: 409, body: { code: 'PLANE_PURGED' } });
    expect(api.executions.running.size).toBe(0);
  });

  it('goes on to the certificate when that failed, although nothing is left to claim', async () => {
    const entries = await ledgerOf(
      ...TO_PURGED,
      ...by(3, halted('certificate', 'KMS', TIMES.purged)),
    );
    const api = apiWorld({ entries, plane: tombstone, now: TIMES.purged });
    api.executions.end(`${OFFBOARDING_ID}-3`, { status: 'FAILED', error: 'KMS' });
    expect(await start(api)).toMatchObject({
      status: 202,
      body: { executionArn: `${ARN}:${OFFBOARDING_ID}-4`, lifecycleState: 'PURGED' },
    });
    api.setTime('2027-11-30T10:00:01.000Z');
    expect(await start(api)).toMatchObject({
      status: 409,
      body: { code: 'OFFBOARDING_IN_PROGRESS' },
    });
  });
});
