import { describe, expect, it } from 'vitest';
import { hashOf } from '../../lambdas/core/canonical.ts';
import { foldLedger } from '../../lambdas/core/fold-ledger.ts';
import { isTombstone, type StoreDescriptor } from '../../lambdas/core/plane.ts';
import type { Tally } from '../../lambdas/core/tally.ts';
import { loggedLambda } from '../../lambdas/logged-lambda.ts';
import { type Measurement, measureScope } from '../../lambdas/purge/measure-scope.ts';
import { createRecorder } from '../../lambdas/recorder/recorder.ts';
import {
  type ApprovalEvent,
  approvalEventSchema,
  requestApproval,
  type ScopeMeasurements,
} from '../../lambdas/request-approval/request-approval.ts';
import {
  APPROVER,
  invocationOf,
  OFFBOARDING_ID,
  offboardingRequest,
  PLANE_ID,
  planeRecord,
  purgeScope,
  REQUESTER,
} from '../support/builders.ts';
import { fakeDecisions } from '../support/fake-decisions.ts';
import { fakeLedger } from '../support/fake-ledger.ts';
import { fakePlanes } from '../support/fake-planes.ts';
import { JOURNEYS, ledgerOf, type Step } from '../support/ledgers.ts';
import { memoryStore } from '../support/memory-store.ts';
import { recordingLog } from '../support/recording-log.ts';

const NOW = '2027-11-29T11:00:00.000Z';
const EVENT: ApprovalEvent = {
  planeId: PLANE_ID,
  offboardingId: OFFBOARDING_ID,
  request: offboardingRequest(),
  taskToken: 'very-secret-token',
  idempotencyKey: 'off_1-2/Request purge approval',
  timeoutSeconds: 604_800,
};

async function scene(steps: readonly Step[] = JOURNEYS.ARCHIVED) {
  const ledger = fakeLedger(await ledgerOf(...steps));
  const planes = fakePlanes(planeRecord());
  const decisions = fakeDecisions();
  const log = recordingLog();
  const now = () => new Date(NOW);
  const scopes = [purgeScope()];
  const ports = {
    ledger,
    planes,
    decisions,
    now,
    recorder: createRecorder({ ledger, planes, now, log }),
    measurements: fakeMeasurements(),
    requiredApprovals: 2,
    measureScope: async (): Promise<Measurement> => ({ scope: scopes.at(-1) ?? purgeScope() }),
  };
  return {
    ...ports,
    ports,
    log,
    scopes,
    ask: (event = EVENT) => requestApproval(ports, event, log, () => 900_000),
  };
}

function fakeMeasurements(): ScopeMeasurements {
  const kept = new Map<string, Tally>();
  return {
    read: async (planeId, key) => kept.get(`${planeId} ${key}`),
    write: async (planeId, key, tally) => void kept.set(`${planeId} ${key}`, tally),
  };
}

describe('the request for approval', () => {
  it('asks about exactly what was measured', async () => {
    const { ask, ledger, decisions } = await scene();
    const scopeHash = await hashOf(purgeScope());
    const expiresAt = '2027-12-06T11:00:00.000Z';
    expect(await ask()).toEqual({ scopeHash, expiresAt });
    expect(foldLedger(ledger.entries).approval).toEqual({
      scope: purgeScope(),
      scopeHash,
      requestedBy: [REQUESTER],
      expiresAt,
      requiredApprovals: 2,
      status: 'requested',
      approvals: [],
      reminders: [],
    });
    expect(await decisions.read(PLANE_ID)).toEqual({
      planeId: PLANE_ID,
      offboardingId: OFFBOARDING_ID,
      scope: purgeScope(),
      scopeHash,
      requestedBy: [REQUESTER],
      requestedAt: NOW,
      expiresAt,
    });
    expect(await decisions.readTaskToken(PLANE_ID)).toBe('very-secret-token');
  });

  it('puts the question on record before it waits for an answer', async () => {
    const { ask, ledger, decisions } = await scene();
    decisions.put = async () => {
      throw new Error('KMS is not there');
    };
    await expect(ask()).rejects.toThrow('KMS is not there');
    expect(ledger.entries.at(-1)?.type).toBe('APPROVAL_REQUESTED');
  });

  it('names everybody who asked: who started the offboarding and who asked for erasure', async () => {
    const { ask, decisions } = await scene();
    await ask({ ...EVENT, request: offboardingRequest({ requestedBy: APPROVER, erasure: true }) });
    expect((await decisions.read(PLANE_ID))?.requestedBy).toEqual([APPROVER, REQUESTER]);
  });

  it('asks again, about what is there by then, when it is retried with another task token', async () => {
    const { ask, scopes, ledger, decisions } = await scene();
    const first = await ask();
    scopes.push(purgeScope({ objectCount: 8 }));
    const second = await ask({ ...EVENT, taskToken: 'second-token' });
    expect(second.scopeHash).not.toBe(first.scopeHash);
    expect(foldLedger(ledger.entries).approval?.scopeHash).toBe(second.scopeHash);
    expect((await decisions.read(PLANE_ID))?.scopeHash).toBe(second.scopeHash);
    expect(await decisions.readTaskToken(PLANE_ID)).toBe('second-token');
  });

  it('lets the task token out nowhere but to the decision', async () => {
    const { ask, ledger, log } = await scene();
    const answer = await ask();
    expect(JSON.stringify([answer, ledger.entries, log.lines])).not.toContain('very-secret-token');
  });

  it('does not let the task token out when it fails either', async () => {
    const log = recordingLog();
    const lambda = loggedLambda('request-approval', approvalEventSchema, log, async () => {
      throw new Error('boom');
    });
    const invocation = invocationOf(() => 1);
    await expect(lambda(EVENT, invocation)).rejects.toThrow('boom');
    await expect(lambda({ ...EVENT, timeoutSeconds: 0 }, invocation)).rejects.toMatchObject({
      name: 'INVALID_STAGE_INPUT',
      message: 'invalid input: timeoutSeconds too_small',
    });
    expect(log.lines).toHaveLength(2);
    expect(JSON.stringify(log.lines)).not.toContain('very-secret-token');
  });

  it('measures a large plane in several invocations, and asks only then', async () => {
    const { ports, ask, ledger, decisions, planes } = await scene();
    const archived = ledger.entries.length;
    const vault = memoryStore({ kind: 's3-prefix', bucket: 'vault', prefix: 'planes/' });
    vault.put('1', '2', '3', '4', '5');
    const empty = memoryStore({ kind: 's3-prefix', bucket: 'documents', prefix: 'kp-1/' });
    const scopePorts = {
      storeFor: ({ kind, ...place }: StoreDescriptor) =>
        kind === 's3-prefix' && 'bucket' in place && place.bucket === 'vault' ? vault : empty,
      vaultBucket: 'vault',
      usageTable: 'usage',
    };
    const measure = measureScope(scopePorts);
    const hurried = { ...ports, measureScope: measure };
    const refusals = [];
    const attempt = () => requestApproval(hurried, EVENT, recordingLog(), () => 59_000);
    for (;;) {
      const outcome = await attempt().catch((error: Error) => error);
      if (!(outcome instanceof Error)) break;
      refusals.push(outcome.name);
      expect(ledger.entries).toHaveLength(archived);
      expect(await decisions.read(PLANE_ID)).toBeUndefined();
    }
    // Three pages of two, and one of each empty part.
    expect(refusals).toEqual(Array(4).fill('STAGE_PENDING'));
    const plane = await planes.read(PLANE_ID);
    if (!plane || isTombstone(plane)) throw new Error('no plane');
    const whole = await measure(plane, foldLedger(ledger.entries));
    expect({ scope: (await decisions.read(PLANE_ID))?.scope }).toEqual(whole);
    expect((await decisions.read(PLANE_ID))?.scope.objectCount).toBe(5);
    await ask();
  });

  it.each([
    ['before the plane is archived', 'WRONG_STATE', JOURNEYS.DEACTIVATED, {}],
    ['after it was purged', 'WRONG_STATE', JOURNEYS.PURGED, {}],
    [
      'for another offboarding',
      'OFFBOARDING_SUPERSEDED',
      JOURNEYS.ARCHIVED,
      { offboardingId: 'off_2' },
    ],
    ['for an unknown plane', 'PLANE_NOT_FOUND', JOURNEYS.ARCHIVED, { planeId: 'kp_2' }],
  ])('is refused %s', async (_name, code, steps, changes) => {
    const { ask, ledger, decisions } = await scene(steps);
    await expect(ask({ ...EVENT, ...changes })).rejects.toMatchObject({ name: code });
    expect(ledger.entries).toHaveLength(steps.length);
    expect(await decisions.read(PLANE_ID)).toBeUndefined();
  });
});
