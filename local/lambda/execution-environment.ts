import { type ChildProcess, fork } from 'node:child_process';
import { devNull } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type {
  FromEnvironment,
  FunctionErrorPayload,
  ToEnvironment,
  VirtualTime,
} from './messages.ts';

const BOOTSTRAP = fileURLToPath(new URL('bootstrap.ts', import.meta.url));
/** Lambda gives the init phase ten seconds: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const INIT_TIMEOUT_MS = 10_000;

export interface EnvironmentOptions {
  readonly directory: string;
  readonly handler: string;
  readonly memoryMb: number;
  /** All the process gets to see: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where Node.js keeps compiled code, so that the next environment starts faster. */
  readonly compileCache: string;
  readonly time: VirtualTime;
}

export type InvocationRequest = Omit<ToEnvironment & { type: 'invoke' }, 'type'>;

export type InvocationOutcome = (
  | { readonly payload: string }
  | { readonly error: FunctionErrorPayload }
) & { readonly peakMemoryBytes?: number };

/** One process that serves one invocation at a time, and keeps what it has loaded for the next. */
export interface ExecutionEnvironment {
  invoke(request: InvocationRequest, onLine: (line: string) => void): Promise<InvocationOutcome>;
  /** False once the process has ended or was killed. */
  alive(): boolean;
  kill(): void;
}

export function startEnvironment(options: EnvironmentOptions): ExecutionEnvironment {
  const child = fork(BOOTSTRAP, [], {
    cwd: options.directory,
    execArgv: heapSizes(options.memoryMb, options.environment.NODE_OPTIONS ?? ''),
    // Without a home to read settings from, the SDK is told that there are none.
    env: {
      ...options.environment,
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      NODE_COMPILE_CACHE: options.compileCache,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let alive = true;
  let broken: FunctionErrorPayload | undefined;
  let ended: string | undefined;
  let onLine: (line: string) => void = () => undefined;
  let onMessage: (message: FromEnvironment) => void = () => undefined;
  let onEnd: () => void = () => undefined;

  child.on('message', (message: FromEnvironment) => {
    if (message.type === 'line') onLine(message.line);
    else if (message.type === 'broken') broken = message.error;
    else onMessage(message);
  });
  child.on('exit', (code, signal) => {
    ended = describeExit(code, signal);
    kill();
    onEnd();
  });
  child.on('error', (error) => {
    ended = error.message;
    kill();
    onEnd();
  });
  // Only what the runtime itself prints comes this way, such as running out of heap.
  for (const output of [child.stdout, child.stderr]) forEachLine(output, (line) => onLine(line));

  function kill(): void {
    alive = false;
    child.kill('SIGKILL');
  }

  /** Sends a message and waits for its answer, the end of the process, or the timeout. */
  function ask(
    message: ToEnvironment,
    timeoutMs: number,
  ): Promise<FromEnvironment | 'ended' | 'timeout'> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle('timeout'), timeoutMs);
      const settle = (answer: FromEnvironment | 'ended' | 'timeout') => {
        clearTimeout(timer);
        onMessage = () => undefined;
        onEnd = () => undefined;
        resolve(answer);
      };
      onMessage = settle;
      onEnd = () => settle('ended');
      if (ended !== undefined) settle('ended');
      else tell(child, message);
    });
  }

  const initialised = ask(
    {
      type: 'init',
      directory: options.directory,
      handler: options.handler,
      time: options.time,
    },
    INIT_TIMEOUT_MS,
  );

  return {
    async invoke(request, listener) {
      onLine = listener;
      const { requestId, timeoutMs } = request;
      const failed = (errorType: string, problem: string): InvocationOutcome => {
        kill();
        return {
          error: {
            errorType,
            errorMessage: `RequestId: ${requestId} Error: ${problem}`,
            trace: [],
          },
        };
      };
      const timedOut = (ms: number) =>
        failed('Sandbox.Timedout', `Task timed out after ${(ms / 1000).toFixed(2)} seconds`);
      const exited = (): InvocationOutcome =>
        broken ? { error: broken } : failed('Runtime.ExitError', ended ?? 'Runtime exited');

      const ready = await initialised;
      if (ready === 'timeout') return timedOut(INIT_TIMEOUT_MS);
      if (ready === 'ended') return exited();
      const answer = await ask({ type: 'invoke', ...request }, timeoutMs);
      if (answer === 'timeout') return timedOut(timeoutMs);
      if (answer === 'ended' || answer.type !== 'result') return exited();
      return { ...answer.outcome, peakMemoryBytes: answer.peakMemoryBytes };
    },
    alive: () => alive,
    kill,
  };
}

/**
 * As the runtime's bootstrap script starts node: a tenth of the memory for the young generation's two halves, the rest for
 * the old one. A function that names one of the sizes in NODE_OPTIONS sets both.
 */
function heapSizes(memoryMb: number, nodeOptions: string): string[] {
  if (/--max[-_](semi|old)[-_]space[-_]size/.test(nodeOptions)) return [];
  const young = Math.floor(memoryMb / 10);
  return [
    `--max-semi-space-size=${Math.floor(young / 2)}`,
    `--max-old-space-size=${memoryMb - young}`,
  ];
}

/** A child that has just ended says so by its `exit` event, which is what answers then. */
function tell(child: ChildProcess, message: ToEnvironment): void {
  child.send(message, () => undefined);
}

function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal) return `Runtime exited with error: signal: ${signal}`;
  if (code === 0) return 'Runtime exited without providing a reason';
  return `Runtime exited with error: exit status ${code}`;
}

function forEachLine(output: Readable | null, onLine: (line: string) => void): void {
  if (output) createInterface({ input: output }).on('line', onLine);
}
