import { describe, expect, it } from 'vitest';
import type { StageHandler, StageResult } from '../../lambdas/contract.ts';
import type { PlaneRecord } from '../../lambdas/core/plane.ts';
import { runStage } from '../../lambdas/run-stage.ts';
import {
  invocationOf,
  OFFBOARDING_ID,
  offboardingRequest,
  PLANE_ID,
  planeRecord,
} from '../support/builders.ts';
import { fakeLedger } from '../support/fake-ledger.ts';
import { fakePlanes } from '../support/fake-planes.ts';
import {
  cancelled,
  deregistered,
  holdPlaced,
  holdReleased,
  JOURNEYS,
  ledgerOf,
  type Step,
} from '../support/ledgers.ts';
import { recordingLog } from '../support/recording-log.ts';

const NOW = new Date('2026-11-29T10:00:00.000Z');
const EVENT = { planeId: PLANE_ID, offboardingId: OFFBOARDING_ID, request: offboardingRequest() };
const INVOCATION = invocationOf(() => 42_000);

interface Scene {
  readonly handler?: Partial<StageHandler>;
  readonly steps?: readonly Step[];
  readonly planes?: readonly PlaneRecord[];
  readonly forge?: boolean;
}

async function stage({ handler = {}, steps = [deregistered()], planes, forge }: Scene = {}) {
  const executed: unknown[] = [];
  const log = recordingLog();
  const entries = await ledgerOf(...steps);
  const lambda = runStage(
    {
      stageName: 'verify_deactivate',
      handlesStates: ['PENDING_DEACTIVATE'],
      validate: () => undefined,
      ...handler,
      async execute(context) {
        executed.push(context);
        return handler.execute?.(context) ?? { status: 'success', message: 'done', data: { n: 1 } };
      },
    },
    {
      ledger: fakeLedger(
        forge ? entries.map((entry) => ({ ...entry, reason: 'forged' })) : entries,
      ),
      planes: fakePlanes(...(planes ?? [planeRecord()])),
      now: () => NOW,
      log,
    },
  );
  return { executed, log, run: (event: unknown = EVENT) => lambda(event, INVOCATION) };
}

const answering = (result: StageResult) => ({ handler: { execute: async () => result } });

describe('the shell around a stage', () => {
  it('hands the handler what the ledger and the registry know, and answers with its data', async () => {
    const { run, executed } = await stage();
    expect(await run({ ...EVENT, input: { shard: 7 }, unknown: true })).toEqual({
      status: 'success',
      message: 'done',
      data: { n: 1 },
    });
    expect(executed).toEqual([
      {
        ...EVENT,
        input: { shard: 7 },
        plane: planeRecord(),
        ledger: expect.objectContaining({ lifecycleState: 'PENDING_DEACTIVATE', seq: 1 }),
        now: NOW,
        remainingMs: expect.any(Function),
      },
    ]);
    const [{ remainingMs }] = executed as [{ remainingMs: () => number }];
    expect(remainingMs()).toBe(42_000);
  });

  it('answers `skipped` like a success', async () => {
    const { run } = await stage(
      answering({ status: 'skipped', message: 'done before', data: { n: 2 } }),
    );
    expect(await run()).toEqual({ status: 'skipped', message: 'done before', data: { n: 2 } });
  });

  it('throws a failure under its code and a pending stage as STAGE_PENDING', async () => {
    const failing = await stage(
      answering({
        status: 'failure',
        errorCode: 'ACTIVE_USAGE',
        message: '2 lease(s) are still held',
        errorDetails: { leaseIds: ['a', 'b'] },
      }),
    );
    await expect(failing.run()).rejects.toMatchObject({
      name: 'ACTIVE_USAGE',
      message: '2 lease(s) are still held',
    });
    const pending = await stage(answering({ status: 'pending', message: '3 of 9 parts' }));
    await expect(pending.run()).rejects.toMatchObject({
      name: 'STAGE_PENDING',
      message: '3 of 9 parts',
    });
  });

  it('lets an exception nobody raised on purpose keep its name, for Retry', async () => {
    const throttled = Object.assign(new Error('slow down'), {
      name: 'ProvisionedThroughputExceededException',
    });
    const { run, log } = await stage({
      handler: {
        execute: async () => {
          throw throttled;
        },
      },
    });
    await expect(run()).rejects.toBe(throttled);
    expect(log.lines.at(-1)).toMatchObject({ level: 'error', event: 'stage crashed' });
  });
});

describe('the shell does not start a stage', () => {
  const refusals: readonly {
    readonly when: string;
    readonly code: string;
    readonly scene?: Scene;
    readonly event?: unknown;
  }[] = [
    { when: 'without a plane', code: 'INVALID_STAGE_INPUT', event: { ...EVENT, planeId: '' } },
    { when: 'without a request', code: 'INVALID_STAGE_INPUT', event: { planeId: PLANE_ID } },
    { when: 'on an event that is no object', code: 'INVALID_STAGE_INPUT', event: null },
    {
      when: 'for a plane nobody registered',
      code: 'PLANE_NOT_FOUND',
      scene: { planes: [], steps: [] },
    },
    { when: 'on a forged ledger', code: 'LEDGER_CORRUPT', scene: { forge: true } },
    { when: 'in another state', code: 'WRONG_STATE', scene: { steps: JOURNEYS.DEACTIVATED } },
    { when: 'before the offboarding began', code: 'WRONG_STATE', scene: { steps: [] } },
    {
      when: 'after a cancel',
      code: 'OFFBOARDING_SUPERSEDED',
      scene: { steps: [deregistered(), cancelled] },
    },
    {
      when: 'while another offboarding is under way',
      code: 'OFFBOARDING_SUPERSEDED',
      event: { ...EVENT, offboardingId: 'off_2' },
    },
    {
      when: 'when a destructive one meets a hold',
      code: 'LEGAL_HOLD',
      scene: { handler: { destructive: true }, steps: [deregistered(), holdPlaced()] },
    },
    {
      when: 'that says it cannot work on this',
      code: 'INVALID_STAGE_INPUT',
      scene: { handler: { validate: () => 'the grace period is too short' } },
    },
  ];

  it.each(refusals)('$when: $code', async ({ code, scene = {}, event = EVENT }) => {
    const { run, executed } = await stage(scene);
    await expect(run(event)).rejects.toMatchObject({ name: code });
    expect(executed).toEqual([]);
  });

  it('says which field is wrong, never what was in it', async () => {
    const { run } = await stage();
    const request = { ...offboardingRequest(), gracePeriodDays: 'secret-value' };
    await expect(run({ ...EVENT, request })).rejects.toThrow(
      'invalid input: request.gracePeriodDays invalid_type',
    );
  });
});

describe('the shell starts a stage', () => {
  it('that destroys, once the hold is released', async () => {
    const { run } = await stage({
      handler: { destructive: true },
      steps: [deregistered(), holdPlaced(), holdReleased()],
    });
    expect((await run()).status).toBe('success');
  });

  it('that destroys nothing, under a hold', async () => {
    const { run } = await stage({ steps: [deregistered(), holdPlaced()] });
    expect((await run()).status).toBe('success');
  });

  const deregister: Scene['handler'] = { stageName: 'deregister', handlesStates: ['ACTIVE'] };

  it('from ACTIVE, when the ledger does not know the offboarding yet', async () => {
    expect((await (await stage({ handler: deregister, steps: [] })).run()).status).toBe('success');
  });

  it('from ACTIVE under a new id, when an earlier offboarding was cancelled', async () => {
    const { run } = await stage({ handler: deregister, steps: [deregistered(), cancelled] });
    expect((await run({ ...EVENT, offboardingId: 'off_2' })).status).toBe('success');
    await expect(run(EVENT)).rejects.toMatchObject({ name: 'OFFBOARDING_SUPERSEDED' });
  });
});

describe('the log of a stage', () => {
  it('has one line for the start and one for the end, with the same correlation ids', async () => {
    const { run, log } = await stage({ handler: { step: 'plan' } });
    await run();
    const ids = {
      stage: 'verify_deactivate',
      step: 'plan',
      planeId: PLANE_ID,
      offboardingId: OFFBOARDING_ID,
      requestId: 'request-1',
    };
    expect(log.lines).toEqual([
      { ...ids, level: 'info', event: 'stage started' },
      { ...ids, level: 'info', event: 'stage succeeded', outcome: 'done', data: { n: 1 } },
    ]);
  });

  it('has the details of a failure, which the workflow never sees', async () => {
    const { run, log } = await stage(
      answering({
        status: 'failure',
        errorCode: 'SOURCE_CHANGED',
        message: '1 object changed',
        errorDetails: { keys: ['a.md'] },
      }),
    );
    await expect(run()).rejects.toThrow('1 object changed');
    expect(log.lines.at(-1)).toMatchObject({
      level: 'warn',
      event: 'stage refused',
      code: 'SOURCE_CHANGED',
      details: { keys: ['a.md'] },
    });
  });

  it('has a line for input that could not be read', async () => {
    const { run, log } = await stage();
    await expect(run({})).rejects.toThrow();
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toMatchObject({ event: 'stage refused', code: 'INVALID_STAGE_INPUT' });
  });
});
