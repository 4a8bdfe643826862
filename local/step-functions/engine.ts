import type { Clock } from '../clock.ts';
import type { Json } from './asl.ts';
import type { ClientConfig } from './integrations.ts';
import type { RunnableMachine } from './task-plan.ts';
import type { TaskTokens } from './task-tokens.ts';

/** What every run needs from around it. */
export interface Engine {
  readonly clock: Clock;
  readonly tokens: TaskTokens;
  /** Between 0 and 1, for the jitter of retries. */
  readonly random: () => number;
  readonly clientConfig: (roleArn: string) => ClientConfig;
  /** Runs one item of a distributed map as an execution of its own. @throws StateError when it does not succeed */
  readonly runChild: (child: ChildExecution) => Promise<Json>;
}

export interface ChildExecution {
  readonly parent: RunScope;
  readonly mapRunId: string;
  readonly label: string;
  readonly index: number;
  readonly machine: RunnableMachine;
  readonly input: Json;
  readonly signal: AbortSignal;
}

export interface ExecutionIdentity {
  readonly arn: string;
  readonly name: string;
  readonly stateMachineArn: string;
  readonly stateMachineName: string;
  readonly roleArn: string;
  readonly startTime: Date;
  readonly input: Json;
}

/** What the states of one run share: an execution's, and those of its branches and inline iterations. */
export interface RunScope {
  readonly execution: ExecutionIdentity;
  /** Aborted when the run is to end before its time; the reason is what its tasks then throw. */
  readonly signal: AbortSignal;
  readonly record: (event: StateEvent) => void;
  readonly mapItem?: { readonly Index: number; readonly Value: Json };
}

/** What happens in a run, at the clock's time. */
export type StateEvent =
  | {
      readonly type: 'StateEntered';
      readonly stateName: string;
      readonly stateType: string;
      readonly input: Json;
    }
  | {
      readonly type: 'StateExited';
      readonly stateName: string;
      readonly stateType: string;
      readonly output: Json;
    }
  | {
      readonly type: 'TaskScheduled';
      readonly stateName: string;
      readonly resource: string;
      /** 1 for the first. */
      readonly attempt: number;
    }
  | {
      readonly type: 'TaskSucceeded';
      readonly stateName: string;
      readonly resource: string;
      readonly attempt: number;
      readonly output: Json;
    }
  | {
      readonly type: 'TaskFailed' | 'MapStateFailed' | 'ParallelStateFailed';
      readonly stateName: string;
      readonly resource: string;
      readonly attempt: number;
      readonly error: string;
      readonly cause: string;
      /** When it will be tried again; undefined when it will not. */
      readonly retryInSeconds?: number;
    }
  | {
      readonly type: 'MapIterationStarted' | 'MapIterationSucceeded' | 'MapIterationFailed';
      readonly stateName: string;
      readonly index: number;
    };
