import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  type IChainable,
  IntegrationPattern,
  JsonPath,
  Pass,
  Result,
  type RetryProps,
  TaskInput,
  type TaskStateBase,
  type Timeout,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import type { ErrorCode } from '../lambdas/core/errors.ts';
import type { RecordCommand } from '../lambdas/core/ledger-rules.ts';
import type { Halt } from '../lambdas/core/ledger-state.ts';
import { BUSY_SERVICES, LAMBDA_ERRORS } from './retry-policies.ts';

const SUPERSEDED: ErrorCode = 'OFFBOARDING_SUPERSEDED';
const FAILURE = '$.failure';

export interface StepProps {
  /** Where the step goes when it has failed for good. Absent: its own catchers, or whoever runs it, see to that. */
  readonly failed?: IChainable;
  /** Sent beside planeId, offboardingId and request. */
  readonly payload?: Readonly<Record<string, unknown>>;
  /** Where the answer goes and, if not all of it, what of it. Without `result` it is dropped. */
  readonly result?: { readonly path: string; readonly select?: Record<string, string> };
  /** The answer is the state of the execution from here on. */
  readonly replacesState?: true;
  /** Where it goes on after an error of this name, in place of `failed`. */
  readonly unless?: { readonly error: ErrorCode; readonly next: IChainable };
  /** Tried before the retries that every step has. */
  readonly retry?: RetryProps;
  /** The step ends when somebody answers its task token, or after this time with `States.Timeout`. */
  readonly waitsForAnswer?: Timeout;
}

export type RecordProps = Pick<RecordCommand, 'type' | 'to'> & {
  /** @default `workflow`: nobody in particular */
  readonly actor?: string;
  readonly reason?: string;
  /** An object, or the path of one. */
  readonly data?: unknown;
  readonly failed?: IChainable;
};

/**
 * The kinds of steps the workflow is made of. Each is retried by error name, and a failure is caught by error name: a
 * cancel that was faster ends in `superseded`, everything else where the step says.
 */
export class WorkflowSteps {
  private readonly scope: Construct;
  private readonly recorder: IFunction;
  private readonly superseded: IChainable;

  constructor(scope: Construct, recorder: IFunction, superseded: IChainable) {
    this.scope = scope;
    this.recorder = recorder;
    this.superseded = superseded;
  }

  /** A Lambda function that is told which offboarding it works on. */
  run(name: string, fn: IFunction, props: StepProps): LambdaInvoke {
    const { payload = {}, result, replacesState, retry, waitsForAnswer, unless, failed } = props;
    const task = LambdaInvoke.jsonPath(this.scope, name, {
      lambdaFunction: fn,
      payload: TaskInput.fromObject({ ...subject(), ...payload }),
      retryOnServiceExceptions: false, // the CDK's list is shorter than ours
      ...(replacesState
        ? { outputPath: '$.Payload' }
        : { resultPath: result?.path ?? JsonPath.DISCARD }),
      ...(result?.select && { resultSelector: result.select }),
      ...(waitsForAnswer && {
        integrationPattern: IntegrationPattern.WAIT_FOR_TASK_TOKEN,
        taskTimeout: waitsForAnswer,
      }),
    });
    if (retry) task.addRetry(retry);
    if (unless)
      task.addCatch(unless.next, { errors: [unless.error], resultPath: JsonPath.DISCARD });
    return this.guard(task, failed);
  }

  /** One ledger entry by the recorder. What it answers is dropped: the ledger has it. */
  record(name: string, props: RecordProps): LambdaInvoke {
    const { type, to, actor = 'workflow', reason, data = {}, failed } = props;
    const task = LambdaInvoke.jsonPath(this.scope, name, {
      lambdaFunction: this.recorder,
      payload: TaskInput.fromObject({
        planeId: JsonPath.stringAt('$.planeId'),
        offboardingId: JsonPath.stringAt('$.offboardingId'),
        type,
        ...(to && { to }),
        actor,
        ...(reason && { reason }),
        data,
        idempotencyKey: idempotencyKey(),
      }),
      retryOnServiceExceptions: false,
      resultPath: JsonPath.DISCARD,
    });
    return this.guard(task, failed);
  }

  /** Notes which stage failed, under the name that the ledger's HALTED entry has for it. */
  failure(name: string, stage: Halt['stage'], next: IChainable): Pass {
    const pass = Pass.jsonPath(this.scope, name, {
      result: Result.fromString(stage),
      resultPath: '$.failedStage',
    });
    pass.next(next);
    return pass;
  }

  catchFailures(task: TaskStateBase, failed: IChainable): void {
    task.addCatch(this.superseded, { errors: [SUPERSEDED], resultPath: FAILURE });
    task.addCatch(failed, { errors: ['States.ALL'], resultPath: FAILURE });
  }

  private guard(task: LambdaInvoke, failed: IChainable | undefined): LambdaInvoke {
    task.addRetry(LAMBDA_ERRORS);
    task.addRetry(BUSY_SERVICES);
    if (failed) this.catchFailures(task, failed);
    return task;
  }
}

/** What every Lambda of the workflow is told. */
export function subject() {
  return {
    planeId: JsonPath.stringAt('$.planeId'),
    offboardingId: JsonPath.stringAt('$.offboardingId'),
    request: JsonPath.objectAt('$.request'),
  };
}

/** One per step and execution: the same for a retry, another one for the next start. */
export function idempotencyKey(): string {
  return JsonPath.format('{}/{}', JsonPath.executionName, JsonPath.stateName);
}

/** The answer's data, kept beside what is there: `$.purge` becomes `{data: …}`. */
export function dataAt(path: string) {
  return { path, select: { data: JsonPath.stringAt('$.Payload.data') } };
}

/** `{field: <path>.field}` for every field of `Data`; one too many or too few does not compile. */
export function fieldsAt<Data extends object>(
  path: string,
  fields: Readonly<Record<keyof Data, true>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.keys(fields).map((field) => [field, JsonPath.stringAt(`${path}.${field}`)]),
  );
}
