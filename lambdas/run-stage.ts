import type { StageContext, StageHandler, StageResult } from './contract.ts';
import { isOffboardingError, OffboardingError } from './core/errors.ts';
import { assertNotHeld, assertNotSuperseded } from './core/ledger-guards.ts';
import { isTombstone } from './core/plane.ts';
import type { EventLog } from './event-log.ts';
import { findPlane } from './find-plane.ts';
import { parseEvent, stageEventSchema } from './parse-event.ts';
import type { LedgerReader, Now, PlaneReader } from './ports.ts';
import { readLedgerState } from './read-ledger-state.ts';

export interface StagePorts {
  readonly ledger: LedgerReader;
  readonly planes: PlaneReader;
  readonly now: Now;
  readonly log: EventLog;
}

/** The part of Lambda's context that the shell needs. */
export interface Invocation {
  readonly awsRequestId: string;
  /** With the alias, when that is what was invoked. */
  readonly invokedFunctionArn: string;
  getRemainingTimeInMillis(): number;
}

export interface StageOutput<Data extends object> {
  readonly status: 'success' | 'skipped';
  readonly message: string;
  readonly data: Data;
}

export type StageLambda<Data extends object> = (
  event: unknown,
  invocation: Invocation,
) => Promise<StageOutput<Data>>;

/**
 * The one shell around every stage handler: parse, read the ledger, check that this stage may run now, validate,
 * execute, log, translate. What is not a success is thrown under its code, because `name` is what `Retry` and `Catch`
 * match. Exceptions nobody raised on purpose keep the name AWS gave them, so that throttling is retried.
 */
export function runStage<Data extends object>(
  handler: StageHandler<Data>,
  ports: StagePorts,
): StageLambda<Data> {
  return async (event, invocation) => {
    let log = ports.log.bind({
      stage: handler.stageName,
      ...(handler.step && { step: handler.step }),
      requestId: invocation.awsRequestId,
    });
    try {
      const { planeId, offboardingId, ...rest } = parseEvent(stageEventSchema, event);
      log = log.bind({ planeId, offboardingId });
      log.info('stage started');
      const context = await openContext(handler, ports, {
        planeId,
        offboardingId,
        ...rest,
        remainingMs: () => invocation.getRemainingTimeInMillis(),
      });
      const output = outputOf(await handler.execute(context));
      log.info(output.status === 'skipped' ? 'stage skipped' : 'stage succeeded', {
        outcome: output.message,
        data: output.data,
      });
      return output;
    } catch (error) {
      logThrown(log, error);
      throw error;
    }
  };
}

async function openContext<Data extends object>(
  handler: StageHandler<Data>,
  ports: StagePorts,
  event: Omit<StageContext, 'plane' | 'ledger' | 'now'>,
): Promise<StageContext> {
  const now = ports.now();
  const { planeId, offboardingId } = event;
  const ledger = await readLedgerState(ports.ledger, planeId);
  const plane = await findPlane(ports.planes, planeId);
  assertNotSuperseded(ledger, offboardingId);
  if (!handler.handlesStates.includes(ledger.lifecycleState) || isTombstone(plane))
    throw new OffboardingError(
      'WRONG_STATE',
      `${handler.stageName} works on ${handler.handlesStates.join(' or ')}, the plane is ${ledger.lifecycleState}`,
    );
  if (handler.destructive) assertNotHeld(ledger);
  const context = { ...event, plane, ledger, now };
  const refusal = handler.validate(context);
  if (refusal !== undefined) throw new OffboardingError('INVALID_STAGE_INPUT', refusal);
  return context;
}

function outputOf<Data extends object>(result: StageResult<Data>): StageOutput<Data> {
  switch (result.status) {
    case 'success':
    case 'skipped':
      return { status: result.status, message: result.message, data: result.data };
    case 'pending':
      throw new OffboardingError('STAGE_PENDING', result.message);
    case 'failure':
      throw new OffboardingError(result.errorCode, result.message, {
        details: result.errorDetails,
      });
  }
}

function logThrown(log: EventLog, error: unknown): void {
  if (isOffboardingError(error, 'STAGE_PENDING'))
    return log.info('stage pending', { reason: error.message });
  if (isOffboardingError(error))
    return log.warn('stage refused', {
      code: error.name,
      reason: error.message,
      details: error.details,
    });
  log.error('stage crashed', { error });
}
