/** What the Lambda runtime and an execution environment tell each other. JSON texts travel as texts. */
export type ToEnvironment =
  | {
      readonly type: 'init';
      /** The function's code, as built. */
      readonly directory: string;
      /** `index.handler` */
      readonly handler: string;
      readonly time: VirtualTime;
    }
  | {
      readonly type: 'invoke';
      readonly requestId: string;
      readonly payload: string;
      readonly functionName: string;
      readonly functionArn: string;
      readonly memoryMb: number;
      readonly timeoutMs: number;
      readonly time: VirtualTime;
    };

export type FromEnvironment =
  | { readonly type: 'initialised' }
  /** The environment is of no use any more and ends itself. */
  | { readonly type: 'broken'; readonly error: FunctionErrorPayload }
  | { readonly type: 'line'; readonly line: string }
  | {
      readonly type: 'result';
      /** The handler's answer, or the error it threw. */
      readonly outcome: { readonly payload: string } | { readonly error: FunctionErrorPayload };
      readonly peakMemoryBytes: number;
    };

export interface VirtualTime {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** False while the virtual clock stands still: the function then sees the time of its invocation. */
  readonly flows: boolean;
}

/** The body of a failed invocation, as the Node.js runtime of Lambda writes it. */
export interface FunctionErrorPayload {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}
