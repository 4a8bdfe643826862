import { describe, expect, it } from 'vitest';
import type { Execution } from '../../../lambdas/api/ports.ts';
import {
  APPROVER,
  OFFBOARDING_ID,
  offboardingRequest,
  PLANE_ID,
  planeRecord,
  REQUESTER,
  TIMES,
} from '../../support/builders.ts';
import {
  approvalExpired,
  approvalRequested,
  approved,
  cancelled,
  certified,
  deregistered,
  gatePassed,
  halted,
  JOURNEYS,
  ledgerOf,
  purged,
  rejected,
  restarted,
  type Step,
} from '../../support/ledgers.ts';
import { apiWorld } from './api-world.ts';

const ARN = 'arn:aws:states:eu-central-1:111122223333:execution:Offboarding';
const IN_GRACE = '2026-11-23T12:00:00.000Z';
const RUNNING = { status: 'RUNNING' } as const;
const SUCCEEDED = { status: 'SUCCEEDED' } as const;
const claim = {
  offboardingId: OFFBOARDING_ID,
  attempt: 1,
  executionArn: `${ARN}:${OFFBOARDING_ID}-1`,
  request: offboardingRequest(),
};
const { PENDING_DEACTIVATE, DEACTIVATED, ARCHIVED } = JOURNEYS;

async function statusOf(
  steps: readonly Step[],
  {
    execution,
    now = IN_GRACE,
    name = `${OFFBOARDING_ID}-1`,
  }: { execution?: Execution; now?: string; name?: string },
  plane: Parameters<typeof apiWorld>[0] = { plane: planeRecord({ offboarding: claim }) },
) {
  const entries = await ledgerOf(
    ...steps.map((step, index) => ({
      ...step,
      idempotencyKey: step.idempotencyKey ?? `${OFFBOARDING_ID}-1/s${index}`,
    })),
  );
  const api = apiWorld({ ...plane, entries, now });
  if (execution) api.executions.end(name, execution);
  return await api.call('GET', '/planes/{planeId}/offboarding');
}

type Row = readonly [
  what: string,
  steps: readonly Step[],
  seen: { execution?: Execution; now?: string },
  status: string,
  halt?: { stage: string; code: string },
];

const ROWS: readonly Row[] = [
  ['deregistering', [], { execution: RUNNING }, 'RUNNING'],
  ['just being started', [], { now: '2026-11-22T10:00:59.999Z' }, 'RUNNING'],
  ['in its grace period', PENDING_DEACTIVATE, { execution: RUNNING }, 'WAITING_GRACE'],
  ['being verified', PENDING_DEACTIVATE, { execution: RUNNING, now: TIMES.graceEnd }, 'RUNNING'],
  ['being archived', DEACTIVATED, { execution: RUNNING, now: TIMES.archived }, 'RUNNING'],
  ['in its retention', ARCHIVED, { execution: SUCCEEDED }, 'KEPT_IN_ARCHIVE'],
  ['in its retention, forgotten by AWS', ARCHIVED, {}, 'KEPT_IN_ARCHIVE'],
  [
    'waiting for its approval',
    [...ARCHIVED, approvalRequested],
    { execution: RUNNING },
    'WAITING_APPROVAL',
  ],
  ['approved', [...ARCHIVED, approvalRequested, approved], { execution: RUNNING }, 'RUNNING'],
  [
    'rejected',
    [...ARCHIVED, approvalRequested, rejected],
    { execution: SUCCEEDED },
    'KEPT_IN_ARCHIVE',
  ],
  [
    'expired',
    [...ARCHIVED, approvalRequested, approvalExpired],
    { execution: { status: 'FAILED', error: 'APPROVAL_EXPIRED' } },
    'HALTED',
    { stage: 'approval', code: 'APPROVAL_EXPIRED' },
  ],
  [
    'being certified',
    [...ARCHIVED, approvalRequested, approved, gatePassed('PURGED'), purged],
    { execution: RUNNING },
    'RUNNING',
  ],
  ['cancelled', [deregistered(), cancelled], { execution: { status: 'ABORTED' } }, 'CANCELLED'],
  [
    'halted before it left ACTIVE',
    [halted('deregister', 'ACTIVE_REFERENCES')],
    { execution: { status: 'FAILED', error: 'ACTIVE_REFERENCES' } },
    'HALTED',
    { stage: 'deregister', code: 'ACTIVE_REFERENCES' },
  ],
  [
    'halted later',
    [...PENDING_DEACTIVATE, halted('verify_deactivate', 'ACTIVE_USAGE')],
    { execution: { status: 'FAILED', error: 'ACTIVE_USAGE' } },
    'HALTED',
    { stage: 'verify_deactivate', code: 'ACTIVE_USAGE' },
  ],
  [
    'started again after a halt',
    [...PENDING_DEACTIVATE, halted('verify_deactivate', 'ACTIVE_USAGE')],
    { execution: RUNNING, now: TIMES.archived },
    'RUNNING',
  ],
  [
    'stopped by an operator',
    DEACTIVATED,
    { execution: { status: 'ABORTED' } },
    'HALTED',
    { stage: 'archive', code: 'EXECUTION_ABORTED' },
  ],
  [
    'timed out',
    PENDING_DEACTIVATE,
    { execution: { status: 'TIMED_OUT' } },
    'HALTED',
    { stage: 'verify_deactivate', code: 'EXECUTION_TIMED_OUT' },
  ],
  [
    'failed without a record',
    ARCHIVED,
    { execution: { status: 'FAILED', error: 'States.Runtime' } },
    'HALTED',
    { stage: 'purge', code: 'States.Runtime' },
  ],
  [
    'claimed but never started',
    [],
    { now: '2026-11-22T10:01:00.000Z' },
    'HALTED',
    { stage: 'deregister', code: 'EXECUTION_MISSING' },
  ],
];

describe('the status of an offboarding', () => {
  it.each(ROWS.map((row) => [row[0], row] as const))('%s', async (_, row) => {
    const [, steps, seen, status, halt] = row;
    const answer = await statusOf(steps, seen);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        planeId: PLANE_ID,
        offboardingId: OFFBOARDING_ID,
        status,
        executionArn: `${ARN}:${OFFBOARDING_ID}-1`,
      },
    });
    if (halt) expect(answer.body.halt).toEqual({ ...halt, message: expect.any(String) });
    else expect(answer.body).not.toHaveProperty('halt');
  });

  it('says until when the grace period and the retention last', async () => {
    expect((await statusOf(ARCHIVED, { execution: SUCCEEDED })).body).toEqual({
      planeId: PLANE_ID,
      offboardingId: OFFBOARDING_ID,
      lifecycleState: 'ARCHIVED',
      status: 'KEPT_IN_ARCHIVE',
      gracePeriodEnd: '2026-11-29T10:00:00.000Z',
      retentionUntil: '2027-11-29T11:00:00.000Z',
      holds: 0,
      executionArn: `${ARN}:${OFFBOARDING_ID}-1`,
    });
  });

  it('does not show the halt of an offboarding that went before', async () => {
    const later = { ...claim, offboardingId: 'off_01JD0000000000000000000002' };
    const { body } = await statusOf(
      [halted('deregister', 'ACTIVE_REFERENCES')],
      { now: '2026-11-22T10:00:01.000Z' },
      { plane: planeRecord({ offboarding: later }) },
    );
    expect(body).toMatchObject({ offboardingId: later.offboardingId, status: 'RUNNING' });
  });

  const notScheduled = {
    ...halted('archive', 'Scheduler.AccessDeniedException'),
    idempotencyKey: `${OFFBOARDING_ID}-1/Record halt`,
  };
  const second = { ...claim, attempt: 2, executionArn: `${ARN}:${OFFBOARDING_ID}-2` };

  it.each([
    ['has scheduled the purge', SUCCEEDED, IN_GRACE, 'KEPT_IN_ARCHIVE', undefined],
    ['did so long ago', undefined, '2027-04-01T10:00:00.000Z', 'KEPT_IN_ARCHIVE', undefined],
    ['never came to run', undefined, IN_GRACE, 'HALTED', 'EXECUTION_MISSING'],
    ['was stopped', { status: 'ABORTED' }, IN_GRACE, 'HALTED', 'EXECUTION_ABORTED'],
  ] as const)(
    'after a halt tells of the next execution that it %s',
    async (_, execution, now, status, code) => {
      const { body } = await statusOf(
        [...ARCHIVED, notScheduled],
        { ...(execution && { execution }), now, name: `${OFFBOARDING_ID}-2` },
        { plane: planeRecord({ offboarding: second }) },
      );
      expect(body).toMatchObject({ status, executionArn: second.executionArn });
      expect(body.halt?.code).toBe(code);
    },
  );

  it('is PURGED for what is left of a plane, by its ledger alone', async () => {
    const plane = { planeId: PLANE_ID, lifecycleState: 'PURGED', ledgerSeq: 9 } as const;
    const { body } = await statusOf([...JOURNEYS.PURGED, certified], {}, { plane });
    expect(body).toMatchObject({
      offboardingId: OFFBOARDING_ID,
      lifecycleState: 'PURGED',
      status: 'PURGED',
      executionArn: `${ARN}:${OFFBOARDING_ID}-1`,
    });
  });

  it.each([
    ['the schedule', `${OFFBOARDING_ID}-2`],
    ['somebody in the console', 'by-hand'],
  ])('follows the execution that %s started', async (_, name) => {
    const { body } = await statusOf(
      [...ARCHIVED, { ...approvalRequested, idempotencyKey: `${name}/Request purge approval/4` }],
      { execution: RUNNING, now: TIMES.approved, name },
    );
    expect(body).toMatchObject({ status: 'WAITING_APPROVAL', executionArn: `${ARN}:${name}` });
  });

  it('is a 404 for a plane that was never offboarded', async () => {
    expect(await statusOf([], {}, {})).toMatchObject({
      status: 404,
      body: { code: 'NO_OFFBOARDING' },
    });
  });
});

it('says who has started the offboarding again, and whom they acknowledged, the last one first', async () => {
  const steps = [
    deregistered(),
    halted('deactivate', 'DEPENDENTS_EXIST'),
    restarted(APPROVER, ['billing'], '2026-11-29T11:00:00.000Z'),
    restarted(REQUESTER, [], '2026-11-29T12:00:00.000Z'),
  ];
  const { body } = await statusOf(steps, { execution: RUNNING, now: '2026-11-29T13:00:00.000Z' });
  expect(body.startedAgain).toEqual([
    { by: REQUESTER, reason: 'they know', at: '2026-11-29T12:00:00.000Z' },
    {
      by: APPROVER,
      reason: 'they know',
      at: '2026-11-29T11:00:00.000Z',
      acknowledgedDependents: ['billing'],
    },
  ]);
});
