import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../aws-service.ts';
import type { Clock } from '../clock.ts';
import { createEnvironmentPool } from './environment-pool.ts';
import { type InvocationOutcome, startEnvironment } from './execution-environment.ts';
import {
  FunctionError,
  functionNotFound,
  requestTooLarge,
  tooManyRequests,
} from './lambda-errors.ts';

/** Both ways, for a synchronous invocation: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;
/** What every function may be invoked as: the code that is deployed. */
const LATEST = '$LATEST';
const ENVIRONMENTS_PER_FUNCTION = Math.max(4, availableParallelism() * 2);
/** Lambda tries a failed asynchronous invocation twice more: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const ASYNC_RETRY_DELAYS_SECONDS = [60, 120];

export interface FunctionDefinition {
  readonly name: string;
  /** As built: a directory with `index.mjs`. */
  readonly directory: string;
  /** `index.handler` */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Without one the function acts as the user of its own name. */
  readonly roleArn?: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly reservedConcurrency?: number;
}

export interface LambdaOptions {
  readonly clock: Clock;
  /** Credentials and endpoints that every environment of the function gets as environment variables. */
  readonly environmentFor: (definition: FunctionDefinition) => Readonly<Record<string, string>>;
  readonly compileCache: string;
  readonly onLog?: (entry: FunctionLogLine) => void;
  readonly onInvocation?: (event: InvocationEvent) => void;
}

export interface FunctionLogLine {
  readonly functionName: string;
  readonly requestId: string;
  readonly line: string;
}

export interface InvocationEvent {
  readonly phase: 'start' | 'end';
  readonly functionName: string;
  readonly requestId: string;
  /** Virtual time. */
  readonly at: Date;
  /** At the end: `undefined` for success, the `errorType` otherwise. */
  readonly errorType?: string;
  /** At the end: the most memory the environment ever held. Unknown when it was killed. */
  readonly peakMemoryBytes?: number;
}

export type Lambda = ReturnType<typeof createLambda>;

/** The functions of the embedded cloud. Each runs as built, in processes of its own, at the clock's time. */
export function createLambda(options: LambdaOptions) {
  const { clock, compileCache, environmentFor, onLog, onInvocation } = options;
  const functions = new Map<string, ReturnType<typeof register>>();

  function register(definition: FunctionDefinition) {
    const { name, directory, handler, memoryMb } = definition;
    const environment = {
      TZ: 'UTC',
      LANG: 'en_US.UTF-8',
      AWS_REGION: LOCAL_REGION,
      AWS_DEFAULT_REGION: LOCAL_REGION,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: '[$LATEST]local',
      LAMBDA_TASK_ROOT: directory,
      ...definition.environment,
      ...environmentFor(definition),
    };
    return {
      definition,
      arn: functionArn(name),
      aliases: new Set([LATEST]),
      reservedConcurrency: definition.reservedConcurrency,
      running: 0,
      pool: createEnvironmentPool(
        () =>
          startEnvironment({
            directory,
            handler,
            memoryMb,
            environment,
            compileCache,
            time: time(),
          }),
        ENVIRONMENTS_PER_FUNCTION,
      ),
    };
  }

  interface Admitted {
    readonly found: ReturnType<typeof register>;
    /** What the function is told it was invoked by: its own ARN, or that of an alias. */
    readonly invokedArn: string;
  }

  function time() {
    return { now: clock.now().getTime(), flows: clock.mode === 'real' };
  }

  function find(nameOrArn: string) {
    const { name, qualifier } = parseFunctionName(nameOrArn);
    const found = functions.get(name);
    if (!found || !(qualifier === undefined || found.aliases.has(qualifier)))
      throw functionNotFound(qualifiedArn(nameOrArn));
    return found;
  }

  /** Refuses at once what may not run; what may is work in progress from here on. */
  function admit(nameOrArn: string, payload: string): Admitted {
    const found = find(nameOrArn);
    const bytes = Buffer.byteLength(payload);
    if (bytes > MAX_PAYLOAD_BYTES) throw requestTooLarge(bytes, MAX_PAYLOAD_BYTES);
    const { reservedConcurrency } = found;
    if (reservedConcurrency !== undefined && found.running >= reservedConcurrency)
      throw tooManyRequests();
    return { found, invokedArn: qualifiedArn(nameOrArn) };
  }

  async function run(
    { found, invokedArn }: Admitted,
    payload: string,
    requestId: string,
  ): Promise<InvocationOutcome> {
    const { definition, pool } = found;
    const end = clock.begin();
    found.running += 1;
    const report = { functionName: definition.name, requestId };
    onInvocation?.({ ...report, phase: 'start', at: clock.now() });
    try {
      const outcome = await pool.use((environment) =>
        environment.invoke(
          {
            requestId,
            payload,
            functionName: definition.name,
            functionArn: invokedArn,
            memoryMb: definition.memoryMb,
            timeoutMs: definition.timeoutSeconds * 1000,
            time: time(),
          },
          (line) => onLog?.({ ...report, line }),
        ),
      );
      const checked = withinResponseLimit(outcome);
      onInvocation?.({
        ...report,
        phase: 'end',
        at: clock.now(),
        ...('error' in checked && { errorType: checked.error.errorType }),
        ...(checked.peakMemoryBytes !== undefined && { peakMemoryBytes: checked.peakMemoryBytes }),
      });
      return checked;
    } finally {
      found.running -= 1;
      end();
    }
  }

  async function runWithRetries(
    admitted: Admitted,
    payload: string,
    requestId: string,
  ): Promise<void> {
    for (const delay of [...ASYNC_RETRY_DELAYS_SECONDS, undefined]) {
      const outcome = await run(admitted, payload, requestId);
      if (!('error' in outcome) || delay === undefined) return;
      await clock.waitUntil(new Date(clock.now().getTime() + delay * 1000), {
        label: `retry of ${admitted.found.definition.name}`,
      });
    }
  }

  return {
    /**
     * @returns the function's ARN
     * @throws Error when the code is not there
     */
    async createFunction(definition: FunctionDefinition): Promise<string> {
      await stat(definition.directory);
      functions.get(definition.name)?.pool.close();
      const registered = register(definition);
      functions.set(definition.name, registered);
      return registered.arn;
    },
    /** Another name of the function, under which it may be invoked as well. */
    createAlias(nameOrArn: string, alias: string): void {
      find(nameOrArn).aliases.add(alias);
    },
    /** Runs the function and parses its answer. @throws FunctionError or WireError */
    async invoke(nameOrArn: string, event: unknown): Promise<unknown> {
      const payload = JSON.stringify(event);
      const outcome = await run(admit(nameOrArn, payload), payload, randomUUID());
      if ('error' in outcome) throw new FunctionError(outcome.error);
      return JSON.parse(outcome.payload);
    },
    /** The same for API Gateway, which reads the text of the answer itself. @throws WireError */
    async invokeAsText(
      nameOrArn: string,
      event: unknown,
    ): Promise<{ payload: string; functionError?: string }> {
      const payload = JSON.stringify(event);
      const outcome = await run(admit(nameOrArn, payload), payload, randomUUID());
      return 'error' in outcome
        ? { payload: JSON.stringify(outcome.error), functionError: 'Unhandled' }
        : { payload: outcome.payload };
    },
    /** The same as the wire needs it: texts, and the outcome told apart. @throws WireError */
    invokeSynchronously(
      nameOrArn: string,
      payload: string,
      requestId: string,
    ): Promise<InvocationOutcome> {
      return run(admit(nameOrArn, payload), payload, requestId);
    },
    /** Runs the function later than this call returns, and again if it fails. @throws WireError */
    invokeAsynchronously(nameOrArn: string, payload: string, requestId: string): void {
      void runWithRetries(admit(nameOrArn, payload), payload, requestId);
    },
    describe(nameOrArn: string) {
      const { definition, arn, reservedConcurrency } = find(nameOrArn);
      return { definition, arn, reservedConcurrency };
    },
    /** @param limit undefined takes the reservation away */
    reserveConcurrency(nameOrArn: string, limit: number | undefined): void {
      find(nameOrArn).reservedConcurrency = limit;
    },
    close(): void {
      for (const { pool } of functions.values()) pool.close();
    },
  };
}

export function functionArn(name: string): string {
  return `arn:aws:lambda:${LOCAL_REGION}:${LOCAL_ACCOUNT}:function:${name}`;
}

/** Of a function's name or ARN, with the qualifier that was asked for. */
export function qualifiedArn(nameOrArn: string): string {
  const { name, qualifier } = parseFunctionName(nameOrArn);
  return qualifier === undefined ? functionArn(name) : `${functionArn(name)}:${qualifier}`;
}

/** `name`, `name:qualifier`, or an ARN or partial ARN that ends in one of them. */
function parseFunctionName(nameOrArn: string): { name: string; qualifier: string | undefined } {
  const [name = '', qualifier] = nameOrArn.replace(/^(.*:)?function:/, '').split(':');
  return { name, qualifier };
}

function withinResponseLimit(outcome: InvocationOutcome): InvocationOutcome {
  if (!('payload' in outcome)) return outcome;
  const bytes = Buffer.byteLength(outcome.payload);
  if (bytes <= MAX_PAYLOAD_BYTES) return outcome;
  return {
    error: {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: `Response payload size (${bytes} bytes) exceeded maximum allowed payload size (${MAX_PAYLOAD_BYTES} bytes).`,
      trace: [],
    },
  };
}
