import type { Json } from './asl.ts';
import type { Engine, ExecutionIdentity, RunScope, StateEvent } from './engine.ts';
import { StateError, TIMEOUT } from './error-names.ts';
import { runMachine } from './run-machine.ts';
import type { RunnableMachine } from './task-plan.ts';
import { setDeadline, toStateError } from './work.ts';

/** No Standard execution is open longer: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const LONGEST_EXECUTION_SECONDS = 365 * 86_400;
/** What the interpreter calls the error of a Fail state that names none. */
const UNNAMED_FAILURE = 'FailStateError';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export interface Failure {
  readonly error?: string;
  readonly cause?: string;
}

export type ExecutionEvent = {
  readonly executionArn: string;
  /** 1, 2, 3 … per execution. */
  readonly id: number;
  /** By the clock of the embedded cloud. */
  readonly at: Date;
} & (
  | StateEvent
  | { readonly type: 'ExecutionStarted'; readonly input: Json; readonly roleArn: string }
  | { readonly type: 'ExecutionSucceeded'; readonly output: Json }
  | ({ readonly type: 'ExecutionFailed' | 'ExecutionTimedOut' | 'ExecutionAborted' } & Failure)
);
type NewEvent = ExecutionEvent extends infer Event
  ? Event extends ExecutionEvent
    ? Omit<Event, 'executionArn' | 'id' | 'at'>
    : never
  : never;

/** One execution, from its start on. */
export interface Execution {
  readonly identity: ExecutionIdentity;
  status(): ExecutionStatus;
  output(): Json | undefined;
  failure(): Failure;
  /** When it ended; undefined while it runs. */
  stoppedAt(): Date | undefined;
  readonly events: readonly ExecutionEvent[];
  /** The output. @throws StateError when it did not succeed */
  readonly result: Promise<Json>;
  /** Ends it where it stands. An execution that has ended stays as it is. */
  stop(failure: Failure): void;
}

export interface ExecutionOptions {
  readonly machine: RunnableMachine;
  readonly identity: ExecutionIdentity;
  readonly timeoutSeconds?: number;
  readonly onEvent?: (event: ExecutionEvent) => void;
  /** Aborted when the execution it belongs to ends. */
  readonly parentSignal?: AbortSignal;
}

export function startExecution(engine: Engine, options: ExecutionOptions): Execution {
  const { clock } = engine;
  const { machine, identity, onEvent, parentSignal } = options;
  const events: ExecutionEvent[] = [];
  let status: ExecutionStatus = 'RUNNING';
  let output: Json | undefined;
  let failure: Failure = {};
  let stoppedAt: Date | undefined;

  const record = (event: NewEvent) => {
    if (stoppedAt) return;
    const recorded: ExecutionEvent = {
      executionArn: identity.arn,
      id: events.length + 1,
      at: clock.now(),
      ...event,
    };
    events.push(recorded);
    onEvent?.(recorded);
  };
  const fail = (
    ended: 'FAILED' | 'TIMED_OUT' | 'ABORTED',
    type: (ExecutionEvent & Failure)['type'] & `Execution${'Failed' | 'TimedOut' | 'Aborted'}`,
    why: Failure,
  ) => {
    if (status !== 'RUNNING') return;
    status = ended;
    failure = why;
    record({ type, ...why });
    stoppedAt = clock.now();
  };

  const ending = new AbortController();
  const deadline = setDeadline(
    clock,
    Math.min(options.timeoutSeconds ?? LONGEST_EXECUTION_SECONDS, LONGEST_EXECUTION_SECONDS),
    { label: `timeout of execution ${identity.name}` },
  );
  deadline.signal.addEventListener('abort', () => {
    fail('TIMED_OUT', 'ExecutionTimedOut', { error: TIMEOUT });
    ending.abort(toStateError(deadline.signal.reason).uncatchable());
  });
  const stop = (why: Failure) => {
    fail('ABORTED', 'ExecutionAborted', why);
    ending.abort(
      new StateError(why.error ?? 'ExecutionAborted', why.cause ?? '', { isCatchable: false }),
    );
  };
  const stopWithParent = () => stop({});
  parentSignal?.addEventListener('abort', stopWithParent);

  record({ type: 'ExecutionStarted', input: identity.input, roleArn: identity.roleArn });
  const scope: RunScope = { execution: identity, signal: ending.signal, record };
  const result = runMachine(engine, machine, identity.input, scope)
    .then(
      (result) => {
        if (status !== 'RUNNING') throw toStateError(ending.signal.reason);
        status = 'SUCCEEDED';
        output = result;
        record({ type: 'ExecutionSucceeded', output: result });
        stoppedAt = clock.now();
        return result;
      },
      (error: unknown) => {
        const { name, message } = toStateError(error);
        const why = name === UNNAMED_FAILURE ? {} : { error: name, cause: message };
        fail('FAILED', 'ExecutionFailed', why);
        throw error;
      },
    )
    .finally(() => {
      deadline.cancel();
      parentSignal?.removeEventListener('abort', stopWithParent);
    });
  result.catch(() => undefined); // the status tells it to those who do not await

  return {
    identity,
    status: () => status,
    output: () => output,
    failure: () => failure,
    stoppedAt: () => stoppedAt,
    events,
    result,
    stop,
  };
}
