import { existsSync, readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { types } from 'node:util';
import type { FromEnvironment, FunctionErrorPayload, ToEnvironment } from './messages.ts';
import { installVirtualDate } from './virtual-date.ts';

/** The program of an execution environment: what the Node.js runtime of Lambda does around a handler. */

type Handler = (event: unknown, context: object) => unknown;

let handler: Handler | undefined;
let setTime: ReturnType<typeof installVirtualDate> | undefined;
let compiledCodeIsKept = false;

// What makes this program start fast is not part of the function's environment.
delete process.env.NODE_COMPILE_CACHE;
sendOutputAsLines(process.stdout);
sendOutputAsLines(process.stderr);
process.on('message', (message: ToEnvironment) => {
  if (message.type === 'init') void initialise(message);
  else void invoke(message);
});
process.on('disconnect', () => process.exit(0));
process.on('uncaughtException', (error) => breakDown(describeError(error)));
process.on('unhandledRejection', (reason) => {
  const { errorMessage, trace } = describeError(reason);
  breakDown({ errorType: 'Runtime.UnhandledPromiseRejection', errorMessage, trace });
});

function send(message: FromEnvironment, sent?: () => void): void {
  process.send?.(message, undefined, undefined, sent);
}

function breakDown(error: FunctionErrorPayload): void {
  send({ type: 'broken', error }, () => process.exit(1));
}

async function initialise(init: ToEnvironment & { type: 'init' }): Promise<void> {
  setTime = installVirtualDate(init.time);
  try {
    handler = await loadHandler(init.directory, init.handler);
    send({ type: 'initialised' });
  } catch (error) {
    breakDown(describeError(error));
  }
}

async function loadHandler(directory: string, name: string): Promise<Handler> {
  const dot = name.lastIndexOf('.');
  const [file, exported] = [name.slice(0, dot), name.slice(dot + 1)];
  const module = ['.mjs', '.js', '.cjs']
    .map((extension) => path.join(directory, file + extension))
    .find((candidate) => existsSync(candidate));
  if (!module)
    throw named('Runtime.ImportModuleError', `Error: Cannot find module '${file}' in ${directory}`);
  const loaded: Record<string, unknown> = await import(pathToFileURL(module).href);
  const found = loaded[exported];
  if (typeof found !== 'function')
    throw named('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  // From nodejs24.x on: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
  if (found.length > 2)
    throw named('Runtime.CallbackHandlerDeprecated', 'callback-based handlers are not supported');
  return found as Handler;
}

async function invoke(invocation: ToEnvironment & { type: 'invoke' }): Promise<void> {
  const startedAt = performance.now();
  setTime?.(invocation.time);
  const context = {
    awsRequestId: invocation.requestId,
    functionName: invocation.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: invocation.functionArn,
    memoryLimitInMB: String(invocation.memoryMb),
    logGroupName: `/aws/lambda/${invocation.functionName}`,
    logStreamName: '[$LATEST]local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () =>
      Math.max(0, Math.floor(invocation.timeoutMs - (performance.now() - startedAt))),
  };
  let outcome: { payload: string } | { error: FunctionErrorPayload };
  try {
    const result = await handler?.(JSON.parse(invocation.payload), context);
    outcome = { payload: marshal(result) };
  } catch (error) {
    outcome = { error: describeError(error) };
  }
  send({ type: 'result', outcome, peakMemoryBytes: peakMemoryBytes() });
  keepCompiledCode();
}

/** Once what an invocation needs has been compiled: Node.js would do it on exit, but an environment is killed. */
function keepCompiledCode(): void {
  if (compiledCodeIsKept) return;
  compiledCodeIsKept = true;
  flushCompileCache();
}

function marshal(result: unknown): string {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch {
    throw named('Runtime.MarshalError', 'Unable to stringify response body');
  }
}

/** As the runtime reports it: an error by its name, anything else thrown by its type. */
function describeError(error: unknown): FunctionErrorPayload {
  if (!types.isNativeError(error))
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return {
    errorType: error.name,
    errorMessage: error.message,
    trace: error.stack?.split('\n') ?? [],
  };
}

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

/**
 * The most memory this environment ever held. Linux passes maxRSS on to a child when it is forked, so that of a large
 * parent would be counted; VmHWM begins anew.
 */
function peakMemoryBytes(): number {
  if (process.platform === 'linux') {
    const kibibytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kibibytes) return Number(kibibytes) * 1024;
  }
  return process.resourceUsage().maxRSS * 1024;
}

/** Lines take the same way as results, so that each arrives before the end of the invocation that wrote it. */
function sendOutputAsLines(stream: NodeJS.WriteStream): void {
  let rest = '';
  stream.write = (
    chunk: string | Uint8Array,
    encodingOrWritten?: BufferEncoding | ((error?: Error | null) => void),
    written?: (error?: Error | null) => void,
  ): boolean => {
    const lines = (rest + Buffer.from(chunk as Uint8Array).toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) send({ type: 'line', line });
    const callback = typeof encodingOrWritten === 'function' ? encodingOrWritten : written;
    if (callback) process.nextTick(callback);
    return true;
  };
}
