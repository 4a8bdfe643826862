import { describe, expect, it } from 'vitest';
import type { OffboardingRequest, PlaneRecord } from '../../lambdas/core/plane.ts';
import { locate, type WorkflowState } from '../../lambdas/locate/locate.ts';
import { createRecorder } from '../../lambdas/recorder/recorder.ts';
import {
  APPROVER,
  archiveData,
  deregistrationData,
  OFFBOARDING_ID,
  offboardingRequest,
  PLANE_ID,
  planeRecord,
  TIMES,
} from '../support/builders.ts';
import { fakeLedger } from '../support/fake-ledger.ts';
import { fakePlanes } from '../support/fake-planes.ts';
import {
  approvalRequested,
  approved,
  cancelled,
  certified,
  deregistered,
  gatePassed,
  halted,
  JOURNEYS,
  ledgerOf,
  restarted,
  type Step,
} from '../support/ledgers.ts';
import { recordingLog } from '../support/recording-log.ts';

const STATE_MACHINE = 'arn:aws:states:eu-central-1:111122223333:stateMachine:Offboarding';
const SUBJECT = { planeId: PLANE_ID, offboardingId: OFFBOARDING_ID, request: offboardingRequest() };
const EVENT = {
  ...SUBJECT,
  execution: { name: `${OFFBOARDING_ID}-1`, stateMachineArn: STATE_MACHINE },
};
const COMMITTED = [...JOURNEYS.ARCHIVED, approvalRequested, approved, gatePassed('PURGED')];
const { request: _, ...DEREGISTRATION } = deregistrationData();

async function located(
  steps: readonly Step[],
  {
    now = TIMES.archived,
    event = EVENT,
    plane = planeRecord(),
  }: { now?: string; event?: typeof EVENT; plane?: PlaneRecord } = {},
) {
  return (await world(steps, now, plane)).locate(event);
}

async function world(steps: readonly Step[], now: string = TIMES.archived, plane = planeRecord()) {
  const ledger = fakeLedger(await ledgerOf(...steps));
  const planes = fakePlanes(plane);
  const clock = () => new Date(now);
  const recorder = createRecorder({ ledger, planes, now: clock, log: recordingLog() });
  return {
    ledger,
    locate: (event = EVENT) => locate({ ledger, planes, recorder, now: clock }, event),
    added: () => ledger.entries.slice(steps.length),
  };
}

/** What Scheduler will send to Step Functions, its Input parsed. */
function scheduledStart({ purgeSchedule }: WorkflowState) {
  const request = JSON.parse(purgeSchedule?.targetInput ?? '');
  return { ...request, Input: JSON.parse(request.Input) };
}

describe('Locate plane', () => {
  it('starts a new offboarding with what was asked for', async () => {
    expect(await located([])).toEqual({
      ...SUBJECT,
      lifecycleState: 'ACTIVE',
      purgeDue: false,
      purgeCommitted: false,
      certified: false,
    });
  });

  it('starts from ACTIVE again after a deregistration that halted', async () => {
    const state = await located([halted('deregister', 'ACTIVE_REFERENCES')]);
    expect(state.lifecycleState).toBe('ACTIVE');
  });

  it('goes on with the recorded request and grace period, not with those of this execution', async () => {
    const request = offboardingRequest({ gracePeriodDays: 1, reason: 'again' });
    expect(await located(JOURNEYS.PENDING_DEACTIVATE, { event: { ...EVENT, request } })).toEqual({
      ...SUBJECT,
      lifecycleState: 'PENDING_DEACTIVATE',
      purgeDue: false,
      purgeCommitted: false,
      certified: false,
      deregistration: DEREGISTRATION,
    });
  });

  it('plans the purge while the retention runs', async () => {
    const state = await located(JOURNEYS.ARCHIVED);
    expect(state).toEqual({
      ...SUBJECT,
      lifecycleState: 'ARCHIVED',
      purgeDue: false,
      purgeCommitted: false,
      certified: false,
      deregistration: DEREGISTRATION,
      archive: archiveData(),
      purgeSchedule: {
        expression: 'at(2027-11-29T11:00:00)',
        targetInput: expect.any(String),
      },
    });
    expect(scheduledStart(state)).toEqual({
      StateMachineArn: STATE_MACHINE,
      Name: `${OFFBOARDING_ID}-2`,
      Input: SUBJECT,
    });
  });

  it('rounds the schedule up to a whole second, never down', async () => {
    const retentionUntil = '2027-11-29T10:59:59.001Z';
    const archived = { ...JOURNEYS.ARCHIVED.at(-1), data: { ...archiveData({ retentionUntil }) } };
    const { purgeSchedule } = await located([...JOURNEYS.DEACTIVATED, archived as Step]);
    expect(purgeSchedule?.expression).toBe('at(2027-11-29T11:00:00)');
  });

  it.each([
    ['the first attempt', 1, `${OFFBOARDING_ID}-1`, 2],
    ['a later attempt', 12, `${OFFBOARDING_ID}-12`, 13],
    ['an attempt that was overtaken', 3, `${OFFBOARDING_ID}-2`, 4],
    ['an attempt that nobody claimed', 1, `${OFFBOARDING_ID}-4`, 5],
    ['a free name from the console', 1, 'again-after-the-outage', 2],
    ['a free name that begins like ours', 1, `${OFFBOARDING_ID}-again`, 2],
    ['a free name with a time in it', 1, `${OFFBOARDING_ID}-1795341600000`, 2],
    ['the name of another offboarding', 1, 'off_01JD0000000000000000000009-7', 2],
    ['a plane whose claim is of another offboarding', undefined, `${OFFBOARDING_ID}-1`, 2],
    ['a free name, and a plane that the API never started', undefined, 'by-hand', 1],
  ])('gives the scheduled execution the next name: %s', async (_, claimed, name, next) => {
    const request = offboardingRequest();
    const claim = { executionArn: 'arn', request };
    const offboarding = claimed
      ? { ...claim, offboardingId: OFFBOARDING_ID, attempt: claimed }
      : { ...claim, offboardingId: 'off_01JD0000000000000000000009', attempt: 8 };
    const state = await located(JOURNEYS.ARCHIVED, {
      event: { ...EVENT, execution: { name, stateMachineArn: STATE_MACHINE } },
      plane: planeRecord({ offboarding }),
    });
    expect(scheduledStart(state).Name).toBe(`${OFFBOARDING_ID}-${next}`);
  });

  it.each([
    ['2027-11-29T10:59:59.999Z', false],
    [TIMES.retentionUntil, true],
    ['2028-01-01T00:00:00.000Z', true],
  ])('at %s the purge is due: %s', async (now, due) => {
    const state = await located(JOURNEYS.ARCHIVED, { now });
    expect(state.purgeDue).toBe(due);
    expect(state.purgeSchedule === undefined).toBe(due);
  });

  it('is due at once when erasure was asked for from the start', async () => {
    const request = offboardingRequest({ erasure: true });
    const [, ...rest] = JOURNEYS.ARCHIVED;
    const state = await located([deregistered({ request }), ...rest]);
    expect(state).toMatchObject({ purgeDue: true, request });
  });

  it('is due when erasure is asked for later, and remembers who asked', async () => {
    const request = offboardingRequest({
      erasure: true,
      requestedBy: APPROVER,
      reason: 'a tenant asks for erasure',
      retentionDays: 1,
    });
    const state = await located(JOURNEYS.ARCHIVED, { event: { ...EVENT, request } });
    expect(state.purgeDue).toBe(true);
    expect(state.request).toEqual({ ...request, retentionDays: 365 });
  });

  it('plans on for the end of the retention when erasure is asked for: it may be refused', async () => {
    const request = offboardingRequest({ erasure: true, requestedBy: APPROVER });
    const execution = { ...EVENT.execution, name: `${OFFBOARDING_ID}-2` };
    const state = await located(JOURNEYS.ARCHIVED, { event: { ...EVENT, request, execution } });
    expect(state.purgeSchedule?.expression).toBe('at(2027-11-29T11:00:00)');
    expect(scheduledStart(state)).toMatchObject({ Name: `${OFFBOARDING_ID}-3`, Input: SUBJECT });
  });

  it('counts whoever starts the purge after the retention as its requester', async () => {
    const request = offboardingRequest({ requestedBy: APPROVER });
    const state = await located(JOURNEYS.ARCHIVED, {
      now: TIMES.retentionUntil,
      event: { ...EVENT, request },
    });
    expect(state.request.requestedBy).toBe(APPROVER);
  });

  it('lets an interrupted purge go on, unless its scope has changed', async () => {
    const now = TIMES.purged;
    expect(await located(COMMITTED, { now })).toMatchObject({ purgeCommitted: true });
    expect(
      await located([...COMMITTED, halted('purge', 'PURGE_INCOMPLETE')], { now }),
    ).toMatchObject({ purgeCommitted: true });
    expect(await located([...COMMITTED, halted('purge', 'SCOPE_CHANGED')], { now })).toMatchObject({
      purgeCommitted: false,
      purgeDue: true,
    });
  });

  it('knows what is left to do after the purge', async () => {
    const purged = { lifecycleState: 'PURGED', purgeDue: false, purgeCommitted: false };
    expect(await located(JOURNEYS.PURGED)).toMatchObject({ ...purged, certified: false });
    expect(await located([...JOURNEYS.PURGED, certified])).toMatchObject({
      ...purged,
      certified: true,
    });
  });

  it('refuses an offboarding that was cancelled or overtaken', async () => {
    const superseded = { name: 'OFFBOARDING_SUPERSEDED' };
    await expect(located([deregistered(), cancelled])).rejects.toMatchObject(superseded);
    const event = { ...EVENT, offboardingId: 'off_2' };
    await expect(located([deregistered()], { event })).rejects.toMatchObject(superseded);
    expect((await located([deregistered(), cancelled], { event })).lifecycleState).toBe('ACTIVE');
  });

  it('refuses a plane that nobody registered', async () => {
    const ledger = fakeLedger();
    const planes = fakePlanes();
    const now = () => new Date(0);
    const recorder = createRecorder({ ledger, planes, now, log: recordingLog() });
    await expect(locate({ ledger, planes, recorder, now }, EVENT)).rejects.toMatchObject({
      name: 'PLANE_NOT_FOUND',
    });
  });
});

describe('a start of an offboarding that has begun', () => {
  const AGAIN = '2026-11-30T09:00:00.000Z';
  const again = (attempt: number, changes: Partial<OffboardingRequest> = {}) => ({
    ...EVENT,
    request: offboardingRequest({
      requestedBy: APPROVER,
      requestedAt: AGAIN,
      reason: 'they know',
      ...changes,
    }),
    execution: { ...EVENT.execution, name: `${OFFBOARDING_ID}-${attempt}` },
  });

  it('is on record before anything else happens: who, why, and whom they acknowledged', async () => {
    const { locate, added } = await world(JOURNEYS.PENDING_DEACTIVATE);
    const { request } = await locate(again(2, { acknowledgedDependents: ['billing'] }));
    expect(added()).toMatchObject([
      {
        type: 'RESTARTED',
        offboardingId: OFFBOARDING_ID,
        from: 'PENDING_DEACTIVATE',
        to: 'PENDING_DEACTIVATE',
        actor: APPROVER,
        reason: 'they know',
        data: { attempt: 2, erasure: false, acknowledgedDependents: ['billing'] },
      },
    ]);
    expect(request).toEqual(offboardingRequest({ acknowledgedDependents: ['billing'] }));
  });

  it('is on record once, however often its execution comes by', async () => {
    const { locate, added } = await world(JOURNEYS.PENDING_DEACTIVATE);
    const event = again(2, { acknowledgedDependents: ['billing'] });
    const { request } = await locate(event);
    await locate(event);
    // After the grace period was extended, and after the archive: with what this step has answered before.
    await locate({ ...event, request: { ...request } });
    expect(added()).toHaveLength(1);
  });

  it('adds to whom every start before it has acknowledged', async () => {
    const first = offboardingRequest({ acknowledgedDependents: ['chatbot'] });
    const { locate, added } = await world([deregistered({ request: first })]);
    await locate(again(2, { acknowledgedDependents: ['billing', 'chatbot'] }));
    const { request } = await locate(again(3, { acknowledgedDependents: ['audit'] }));
    expect(request.acknowledgedDependents).toEqual(['audit', 'billing', 'chatbot']);
    expect(added().map(({ data }) => data.acknowledgedDependents)).toEqual([
      ['billing'],
      ['audit'],
    ]);
  });

  it.each([
    ['PENDING_DEACTIVATE', JOURNEYS.PENDING_DEACTIVATE],
    ['DEACTIVATED', JOURNEYS.DEACTIVATED],
    ['ARCHIVED', JOURNEYS.ARCHIVED],
    ['ARCHIVED, the purge begun', COMMITTED],
    ['PURGED', JOURNEYS.PURGED],
  ])('is on record from %s', async (_, steps) => {
    const { locate, added } = await world(steps, TIMES.purged);
    await locate(again(2, { erasure: true }));
    expect(added()).toMatchObject([
      { type: 'RESTARTED', actor: APPROVER, data: { attempt: 2, erasure: true } },
    ]);
  });

  it.each([
    ['the first one', [], TIMES.requested, 1],
    ['the archived plane that its own execution finds', JOURNEYS.ARCHIVED, TIMES.archived, 1],
    ['the schedule, at the end of the retention', JOURNEYS.ARCHIVED, TIMES.retentionUntil, 2],
    ['of a plane that is purged and certified', [...JOURNEYS.PURGED, certified], TIMES.purged, 3],
  ])('is none: %s', async (_, steps, now, attempt) => {
    const { locate, added } = await world(steps, now);
    const name = `${OFFBOARDING_ID}-${attempt}`;
    await locate({ ...EVENT, execution: { ...EVENT.execution, name } });
    expect(added()).toEqual([]);
  });

  it('by hand is on record too, also with a copy of the first request that says more', async () => {
    const { locate, added } = await world(JOURNEYS.PENDING_DEACTIVATE);
    const request = offboardingRequest({ acknowledgedDependents: ['billing'] });
    await locate({ ...EVENT, request, execution: { ...EVENT.execution, name: 'by-hand' } });
    expect(added()).toMatchObject([
      { type: 'RESTARTED', data: { acknowledgedDependents: ['billing'] } },
    ]);
    expect(added()[0]?.data).not.toHaveProperty('attempt');
  });

  it('gives way to a cancel', async () => {
    const { locate, ledger, added } = await world(JOURNEYS.PENDING_DEACTIVATE);
    const entries = await ledgerOf(deregistered(), cancelled);
    const { append } = ledger;
    ledger.append = async (entry) => {
      ledger.append = append;
      ledger.entries.push(...entries.slice(1));
      return append(entry);
    };
    await expect(locate(again(2))).rejects.toMatchObject({ name: 'OFFBOARDING_SUPERSEDED' });
    expect(added().map(({ type }) => type)).toEqual(['TRANSITION']);
  });

  it('plans the purge with the request on record, as before', async () => {
    const { locate } = await world([...JOURNEYS.ARCHIVED, restarted(APPROVER)]);
    expect(scheduledStart(await locate(again(2)))).toMatchObject({ Input: SUBJECT });
  });
});
