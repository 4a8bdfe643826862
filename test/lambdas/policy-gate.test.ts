import { describe, expect, it } from 'vitest';
import type { UseDuringGrace } from '../../lambdas/core/grace-use.ts';
import type { GateEvent } from '../../lambdas/policy-gate/gate-call.ts';
import { passGate } from '../../lambdas/policy-gate/policy-gate.ts';
import { createRecorder } from '../../lambdas/recorder/recorder.ts';
import {
  APPROVER,
  OFFBOARDING_ID,
  offboardingRequest,
  PLANE_ID,
  planeRecord,
  REQUESTER,
  TIMES,
} from '../support/builders.ts';
import { fakeLedger } from '../support/fake-ledger.ts';
import { fakePlanes } from '../support/fake-planes.ts';
import { dependent, fakeUsage, lease } from '../support/fake-usage.ts';
import {
  approvalRequested,
  approved,
  cancelled,
  deregistered,
  gatePassed,
  holdPlaced,
  JOURNEYS,
  ledgerOf,
  restarted,
  type Step,
  useNoticed,
} from '../support/ledgers.ts';
import { ENGINE, PROD } from '../support/policies.ts';
import { recordingLog } from '../support/recording-log.ts';

const EVENT: GateEvent = {
  planeId: PLANE_ID,
  offboardingId: OFFBOARDING_ID,
  request: offboardingRequest(),
  transition: 'DEACTIVATED',
  idempotencyKey: 'off_1-1/Deactivation gate',
};
const PURGE_EVENT: GateEvent = {
  ...EVENT,
  transition: 'PURGED',
  idempotencyKey: 'off_1-1/Purge gate',
};
const useOfDependent: Step = {
  ...useNoticed(TIMES.graceEnd),
  data: { use: 'dependent', declarationId: 'dec_1' },
};
const APPROVED = [...JOURNEYS.ARCHIVED, approvalRequested, approved];

async function gate(steps: readonly Step[], now: string = TIMES.graceEnd) {
  const ledger = fakeLedger(await ledgerOf(...steps));
  const usage = fakeUsage();
  const log = recordingLog();
  const clock = () => new Date(now);
  const recorder = createRecorder({ ledger, planes: fakePlanes(planeRecord()), now: clock, log });
  const policies = { engine: ENGINE, environment: PROD };
  const useDuringGrace: UseDuringGrace = 'halt';
  const ports = { ledger, usage, recorder, policies, useDuringGrace, now: clock };
  return {
    ...ports,
    log,
    pass: (event = EVENT, changes = {}) => passGate({ ...ports, ...changes }, event, log),
  };
}

describe('the policy gate', () => {
  it('puts the passage on record before anything happens', async () => {
    const { pass, ledger } = await gate([deregistered()]);
    expect(await pass()).toEqual({ decision: 'ALLOWED' });
    expect(ledger.entries.at(-1)).toMatchObject({
      seq: 2,
      type: 'GATE_PASSED',
      offboardingId: OFFBOARDING_ID,
      actor: 'workflow',
      data: { transition: 'DEACTIVATED', decidedAtSeq: 1 },
      idempotencyKey: 'off_1-1/Deactivation gate',
    });
  });

  it('puts a refusal on record, with its reasons, and throws the first', async () => {
    const { pass, ledger, usage } = await gate([deregistered()]);
    usage.declared.push(dependent('agent-1'), dependent('agent-2'));
    await expect(pass()).rejects.toMatchObject({
      name: 'DEPENDENTS_EXIST',
      message: '2 dependent(s) still name the plane and are not acknowledged: agent-1, agent-2',
    });
    expect(ledger.entries.at(-1)).toMatchObject({
      type: 'BLOCKED',
      data: {
        transition: 'DEACTIVATED',
        decision: 'BLOCKED',
        reasons: [
          {
            policy: 'dependents-are-acknowledged',
            code: 'DEPENDENTS_EXIST',
            message:
              '2 dependent(s) still name the plane and are not acknowledged: agent-1, agent-2',
          },
        ],
      },
    });
  });

  it('lets pass under the same key what it refused before', async () => {
    const { pass, ledger, usage } = await gate([deregistered()]);
    usage.declared.push(dependent());
    await expect(pass()).rejects.toMatchObject({ name: 'DEPENDENTS_EXIST' });
    usage.declared.length = 0;
    await pass();
    expect(ledger.entries.map(({ type }) => type)).toEqual([
      'TRANSITION',
      'BLOCKED',
      'GATE_PASSED',
    ]);
  });

  it('passes twice without a second entry', async () => {
    const { pass, ledger } = await gate([deregistered()]);
    await pass();
    await pass();
    expect(ledger.entries).toHaveLength(2);
  });

  it('lets an interrupted purge go on in another execution', async () => {
    const { pass, ledger } = await gate([...APPROVED, gatePassed('PURGED')], TIMES.purged);
    await pass({ ...PURGE_EVENT, idempotencyKey: 'off_1-2/Purge gate' });
    expect(ledger.entries).toHaveLength(APPROVED.length + 1);
  });

  it('decides nothing on a forged history, not even what it has decided before', async () => {
    const { pass, ledger } = await gate([...APPROVED, gatePassed('PURGED')], TIMES.purged);
    const [first, ...rest] = ledger.entries;
    if (!first) throw new Error('the ledger is empty');
    ledger.entries.splice(0, ledger.entries.length, { ...first, actor: APPROVER }, ...rest);
    await expect(pass(PURGE_EVENT)).rejects.toMatchObject({ name: 'LEDGER_CORRUPT' });
  });

  it.each([
    ['under a hold', 'LEGAL_HOLD', [...APPROVED, holdPlaced()], {}],
    ['without an approval', 'PURGE_NOT_APPROVED', JOURNEYS.ARCHIVED, {}],
    [
      'when the approver has started this execution',
      'PURGE_NOT_APPROVED',
      APPROVED,
      { request: offboardingRequest({ requestedBy: APPROVER, erasure: true }) },
    ],
  ])('stops a purge %s', async (_name, code, steps, changes) => {
    const { pass, ledger } = await gate(steps, TIMES.purged);
    await expect(pass({ ...PURGE_EVENT, ...changes })).rejects.toMatchObject({ name: code });
    expect(ledger.entries.at(-1)).toMatchObject({
      type: 'BLOCKED',
      data: {
        transition: 'PURGED',
        reasons: expect.arrayContaining([
          { code, policy: expect.any(String), message: expect.any(String) },
        ]),
      },
    });
  });

  it('counts no approval by whoever has started the offboarding again', async () => {
    const { pass } = await gate([...APPROVED, restarted(APPROVER)], TIMES.purged);
    await expect(pass(PURGE_EVENT)).rejects.toMatchObject({ name: 'PURGE_NOT_APPROVED' });
  });

  it('lets the approver start an interrupted purge again: it goes on under the same approval', async () => {
    const steps = [...APPROVED, gatePassed('PURGED'), restarted(APPROVER)];
    const { pass } = await gate(steps, TIMES.purged);
    const request = offboardingRequest({ requestedBy: APPROVER });
    expect(await pass({ ...PURGE_EVENT, request })).toEqual({ decision: 'ALLOWED' });
  });

  it('lets a purge pass that somebody else approved', async () => {
    const { pass, ledger } = await gate(APPROVED, TIMES.purged);
    await pass(PURGE_EVENT);
    expect(ledger.entries.at(-1)).toMatchObject({
      type: 'GATE_PASSED',
      data: { transition: 'PURGED' },
    });
  });

  it('records a missing approval as PENDING while somebody is being asked', async () => {
    const { pass, ledger } = await gate([...JOURNEYS.ARCHIVED, approvalRequested], TIMES.purged);
    await expect(pass(PURGE_EVENT)).rejects.toMatchObject({ name: 'PURGE_NOT_APPROVED' });
    expect(ledger.entries.at(-1)?.data).toMatchObject({ decision: 'PENDING' });
  });

  it('gives way to a cancel, and records nothing', async () => {
    const { pass, ledger } = await gate([deregistered(), cancelled]);
    await expect(pass()).rejects.toMatchObject({ name: 'OFFBOARDING_SUPERSEDED' });
    expect(ledger.entries).toHaveLength(2);
  });

  it('gives way to a hold that is placed while it decides, and says so on record', async () => {
    const { pass, ledger, usage } = await gate([deregistered()]);
    const entries = await ledgerOf(deregistered(), holdPlaced());
    // The ledger was read before the usage is.
    const dependents = async () => {
      ledger.entries.push(...entries.slice(ledger.entries.length));
      return [];
    };
    const changes = { usage: { ...usage, dependents } };
    await expect(pass(EVENT, changes)).rejects.toMatchObject({ name: 'LEGAL_HOLD' });
    expect(ledger.entries.map(({ type }) => type)).toEqual([
      'TRANSITION',
      'HOLD_PLACED',
      'BLOCKED',
    ]);
  });

  it('decides again when a dependent is declared while it decides', async () => {
    const { pass, ledger, usage } = await gate([deregistered()]);
    const entries = await ledgerOf(deregistered(), useOfDependent);
    const dependents = async () => {
      const seen = [...usage.declared];
      if (seen.length === 0) usage.declared.push(dependent('agent-1'));
      ledger.entries.push(...entries.slice(ledger.entries.length));
      return seen;
    };
    const changes = { usage: { ...usage, dependents } };
    await expect(pass(EVENT, changes)).rejects.toMatchObject({ name: 'DEPENDENTS_EXIST' });
    expect(ledger.entries.map(({ type }) => type)).toEqual([
      'TRANSITION',
      'USE_NOTICED',
      'BLOCKED',
    ]);
  });

  it('leaves it to the retry of the workflow when something is written in every round', async () => {
    const { pass, ledger, usage } = await gate([deregistered()]);
    const entries = await ledgerOf(
      deregistered(),
      ...Array.from({ length: 5 }, () => useOfDependent),
    );
    const dependents = async () => {
      ledger.entries.push(...entries.slice(ledger.entries.length, ledger.entries.length + 1));
      return [];
    };
    const changes = { usage: { ...usage, dependents }, useDuringGrace: 'record' as const };
    await expect(pass(EVENT, changes)).rejects.toMatchObject({ name: 'LEDGER_CONTENTION' });
    expect(ledger.entries).toHaveLength(6);
    await pass(EVENT, { useDuringGrace: 'record' });
    expect(ledger.entries.at(-1)).toMatchObject({ type: 'GATE_PASSED', data: { decidedAtSeq: 6 } });
  });

  it('takes its own refusals for nothing new', async () => {
    const { pass, ledger, usage } = await gate([deregistered()]);
    usage.declared.push(dependent());
    await expect(pass()).rejects.toMatchObject({ name: 'DEPENDENTS_EXIST' });
    usage.declared.length = 0;
    await pass();
    expect(ledger.entries.at(-1)).toMatchObject({ seq: 3, data: { decidedAtSeq: 1 } });
  });

  it('stops for a use that nobody has answered for', async () => {
    const { pass } = await gate([deregistered(), useNoticed('2026-11-24T10:00:00.000Z')]);
    await expect(pass()).rejects.toMatchObject({
      name: 'PLANE_IN_USE',
      message:
        'the plane was used 1 time(s) during its grace period; start again to go on all the same',
    });
  });

  it('puts on record which dependents were acknowledged', async () => {
    const request = offboardingRequest({ acknowledgedDependents: ['agent-3', 'agent-1'] });
    const steps = [deregistered({ request }), restarted(APPROVER, ['agent-2'])];
    const { pass, ledger, usage } = await gate(steps);
    usage.declared.push(dependent('agent-2'), dependent('agent-1'));
    await pass();
    expect(ledger.entries.at(-1)).toMatchObject({
      type: 'GATE_PASSED',
      data: { transition: 'DEACTIVATED', acknowledgedDependents: ['agent-1', 'agent-2'] },
    });
  });

  it('takes nobody for acknowledged by the word of the execution alone', async () => {
    const { pass, usage } = await gate([deregistered()]);
    usage.declared.push(dependent('agent-1'));
    const request = offboardingRequest({ acknowledgedDependents: ['agent-1'] });
    await expect(pass({ ...EVENT, request })).rejects.toMatchObject({ name: 'DEPENDENTS_EXIST' });
  });

  it('waits for a lease that was taken since', async () => {
    const { pass, ledger, usage } = await gate([deregistered()]);
    usage.leases.push(lease(), lease({ leaseId: 'over', expiresAt: TIMES.requested }));
    await expect(pass()).rejects.toMatchObject({
      name: 'ACTIVE_USAGE',
      message: '1 lease(s) are held on the plane',
    });
    expect(ledger.entries.at(-1)?.data).toMatchObject({ decision: 'PENDING' });
  });
});

describe('the policy gate and a forced offboarding', () => {
  const forceRequested: Step = {
    type: 'FORCE_REQUESTED',
    offboardingId: null,
    actor: APPROVER,
    reason: 'leak',
    data: { expiresAt: '2026-11-23T09:00:00.000Z' },
    at: '2026-11-22T09:00:00.000Z',
  };
  const forced = (changes = {}) =>
    deregistered({
      request: offboardingRequest({ force: true, forceReason: 'leak', ...changes }),
      gracePeriodEnd: TIMES.requested,
    });
  const agreed = { forceRequestedBy: APPROVER };

  it('lets pass what two people have asked for', async () => {
    const { pass, ledger } = await gate([forceRequested, forced(agreed)], TIMES.requested);
    await pass();
    expect(ledger.entries.at(-1)?.type).toBe('GATE_PASSED');
  });

  it.each([
    ['one person has asked for', [forced()]],
    ['names a second person whose word is not on record', [forced(agreed)]],
    [
      'names a second person whose word had expired',
      [forceRequested, forced({ ...agreed, requestedAt: '2026-11-23T09:00:00.000Z' })],
    ],
    [
      'names the same person twice',
      [{ ...forceRequested, actor: REQUESTER }, forced({ forceRequestedBy: REQUESTER })],
    ],
  ])('stops what %s', async (_, steps) => {
    const { pass, ledger } = await gate(steps, TIMES.requested);
    await expect(pass()).rejects.toMatchObject({
      name: 'FORCE_NOT_ALLOWED',
      message:
        'the grace period was skipped on the word of 1 person(s), this deployment allows force: two-people',
    });
    expect(ledger.entries.at(-1)).toMatchObject({ type: 'BLOCKED' });
  });
});
