import type {
  AslMachine,
  AslState,
  Catcher,
  ItemBatcher,
  ItemReader,
  Json,
  ResultWriter,
  Retrier,
} from './asl.ts';

/** A machine that the interpreter can run: every state that takes time or may be retried is a task of ours. */
export interface RunnableMachine {
  readonly definition: AslMachine;
  readonly states: Readonly<Record<string, StatePlan>>;
}

export interface StatePlan {
  /** As in the original definition. */
  readonly type: AslState['Type'];
  /** Where the context object holds this state: `$$.States.<key>`. */
  readonly key: string;
  /** What the state does; undefined for states that the interpreter runs by itself. */
  readonly work?: WaitPlan | AttemptedPlan;
}

export interface WaitPlan {
  readonly kind: 'wait';
  readonly seconds?: number;
  readonly secondsPath?: string;
  readonly timestamp?: string;
  readonly timestampPath?: string;
}

/** What may fail, be retried and be caught. */
export type AttemptedPlan = (CallPlan | MapPlan | ParallelPlan) & {
  readonly retriers: readonly Retrier[];
  readonly catchers: readonly Catcher[];
};

export interface CallPlan {
  readonly kind: 'call';
  /** The integration's ARN without its pattern. */
  readonly resource: string;
  readonly waitsForTaskToken: boolean;
  readonly timeoutSeconds?: number;
  readonly timeoutSecondsPath?: string;
  readonly heartbeatSeconds?: number;
  readonly heartbeatSecondsPath?: string;
}

export interface MapPlan {
  readonly kind: 'map';
  readonly processor: RunnableMachine;
  readonly itemsPath?: string;
  readonly itemSelector?: Json;
  readonly maxConcurrency: number;
  /** Undefined for an inline map. */
  readonly distributed?: DistributedPlan;
}

export interface DistributedPlan {
  /** Part of the ARNs of its map runs. */
  readonly label: string;
  readonly reader?: ItemReader;
  readonly batcher?: ItemBatcher;
  readonly writer?: ResultWriter;
  readonly toleratedFailurePercentage: number;
  readonly toleratedFailureCount: number;
}

export interface ParallelPlan {
  readonly kind: 'parallel';
  readonly branches: readonly RunnableMachine[];
}
