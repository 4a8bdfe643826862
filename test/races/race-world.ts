import type { StageHandler } from '../../lambdas/contract.ts';
import { OffboardingError } from '../../lambdas/core/errors.ts';
import { foldLedger } from '../../lambdas/core/fold-ledger.ts';
import type { UseDuringGrace } from '../../lambdas/core/grace-use.ts';
import type { LedgerEntryType } from '../../lambdas/core/ledger-entry.ts';
import type { LifecycleState, ProtectedTransition } from '../../lambdas/core/lifecycle.ts';
import type { PlaneRecord } from '../../lambdas/core/plane.ts';
import { passGate } from '../../lambdas/policy-gate/policy-gate.ts';
import { runStage } from '../../lambdas/run-stage.ts';
import { apiWorld, type CallOptions } from '../lambdas/api/api-world.ts';
import {
  invocationOf,
  OFFBOARDING_ID,
  offboardingRequest,
  PLANE_ID,
  planeRecord,
} from '../support/builders.ts';
import { usageOver } from '../support/fake-usage.ts';
import { ledgerOf, type Step } from '../support/ledgers.ts';
import { DEV, ENGINE } from '../support/policies.ts';
import { recordingLog } from '../support/recording-log.ts';
import { takeTurns, turn } from './interleave.ts';

export const EXECUTION = `${OFFBOARDING_ID}-1`;
const EXECUTION_ARN = `arn:aws:states:eu-central-1:111122223333:execution:Offboarding:${EXECUTION}`;

export type RaceWorld = Awaited<ReturnType<typeof raceWorld>>;

/** The API and the workflow's functions over one plane in memory. What they share is touched in turns. */
export async function raceWorld(
  steps: readonly Step[],
  startTime: string,
  places: Partial<PlaneRecord> = {},
  useDuringGrace: UseDuringGrace = 'record',
) {
  let time = startTime;
  // Only what passes time notices who looks at it; time itself is noticed by everybody.
  const clock = {};
  const now = () => new Date(time);
  const entries = await ledgerOf(...steps);
  const plane = planeRecord({
    ...places,
    lifecycleState: foldLedger(entries).lifecycleState,
    offboarding: {
      offboardingId: OFFBOARDING_ID,
      attempt: 1,
      executionArn: EXECUTION_ARN,
      request: offboardingRequest(),
    },
  });
  const api = apiWorld({ entries, plane, now: startTime, useDuringGrace });
  api.executions.end(EXECUTION, { status: 'RUNNING' });
  takeTurns('ledger', api.ledger, { read: 'reads', append: 'writes' });
  takeTurns('decisions', api.decisions, {
    read: 'reads',
    readTaskToken: 'reads',
    put: 'writes',
    delete: 'writes',
  });
  takeTurns('callback', api.callback, { sendSuccess: 'writes' });
  // Whoever looks again later sees something new, or would have to look for ever.
  api.callback.pause = () => {
    const seen = api.ledger.entries.length;
    return turn('pause', { isReady: () => api.ledger.entries.length > seen });
  };
  takeTurns('executions', api.executions, { stop: 'writes' });
  takeTurns('usage', api.usage, {
    putLease: 'writes',
    deleteLease: 'writes',
    putDependent: 'writes',
    deleteDependent: 'writes',
  });
  // What the API writes is what the workflow reads.
  const usage = takeTurns(
    'usage',
    usageOver(api.usage),
    { activeLeases: 'reads', dependents: 'reads' },
    api.usage,
  );

  const subject = {
    planeId: PLANE_ID,
    offboardingId: OFFBOARDING_ID,
    request: offboardingRequest(),
  };
  const record = async (type: LedgerEntryType, data: object = {}, to?: LifecycleState) => {
    assertRuns();
    await api.recorder.record({
      planeId: PLANE_ID,
      offboardingId: OFFBOARDING_ID,
      type,
      ...(to && { to }),
      actor: 'workflow',
      reason: null,
      data: JSON.parse(JSON.stringify(data)),
      idempotencyKey: `${EXECUTION}/${type} ${to ?? ''}`,
    });
  };
  /** An execution that was stopped begins no further step. */
  function assertRuns(): void {
    if (api.executions.running.get(EXECUTION_ARN)?.status !== 'RUNNING')
      throw new OffboardingError('OFFBOARDING_SUPERSEDED', 'the execution was stopped');
  }

  return {
    ...api,
    workflowUsage: usage,
    record,
    now,
    state: () => foldLedger(api.ledger.entries),
    types: () => api.ledger.entries.slice(entries.length).map(({ type, to }) => `${type} ${to}`),
    /** A request; the gateway has seen the clock when it begins. */
    async request(method: string, resource: string, options: CallOptions) {
      await turn('request', { touch: { port: clock, writes: false } });
      return (await api.call(method, `/planes/{planeId}${resource}`, options)).status;
    },
    async passTime(until: string) {
      await turn(`it is ${until}`);
      time = until;
      api.setTime(until);
    },
    async gate(transition: ProtectedTransition) {
      assertRuns();
      const ports = {
        ledger: api.ledger,
        recorder: api.recorder,
        usage,
        useDuringGrace,
        policies: { engine: ENGINE, environment: DEV },
        now,
      };
      const event = { ...subject, transition, idempotencyKey: `${EXECUTION}/gate ${transition}` };
      await passGate(ports, event, recordingLog());
    },
    async stage<Data extends object>(handler: StageHandler<Data>): Promise<Data> {
      assertRuns();
      const ports = { ledger: api.ledger, planes: api.planes, now, log: recordingLog() };
      const { data } = await runStage(handler, ports)(subject, invocationOf());
      return data;
    },
    /** The end of a failed stage as the state machine has it: recorded, unless somebody else was faster. */
    async halt(stage: string, error: unknown): Promise<void> {
      if (!(error instanceof OffboardingError)) throw error;
      if (error.name === 'OFFBOARDING_SUPERSEDED') return;
      await record('HALTED', { stage, code: error.name, message: error.message });
    },
  };
}
