import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  DeleteFunctionConcurrencyCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessDenied, type Caller } from '../../local/aws-service.ts';
import { createClock } from '../../local/clock.ts';
import { createLambda, type InvocationEvent } from '../../local/lambda/lambda.ts';
import { createLambdaService } from '../../local/lambda/lambda-service.ts';
import { writeBundle } from './bundles.ts';
import { serve } from './serve.ts';

const START = new Date('2026-11-22T10:00:00.000Z');

const CODE = `
import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
const loadedAt = new Date().toISOString();
let invocations = 0;
export const handler = async (event, context) => {
  invocations += 1;
  switch (event.do) {
    case 'describe': return {
      now: new Date().toISOString(), dateNow: Date.now(), text: Date(), given: new Date(0).toISOString(),
      isDate: new Date() instanceof Date && new Date().constructor === Date, loadedAt, invocations,
      name: context.functionName, arn: context.invokedFunctionArn, memory: context.memoryLimitInMB,
      remaining: context.getRemainingTimeInMillis(), environment: process.env };
    case 'throw': { const error = new Error('no luck'); error.name = 'OUT_OF_LUCK'; throw error; }
    case 'throw a string': throw 'just text';
    case 'circle': { const circle = {}; circle.self = circle; return circle; }
    case 'nothing': return undefined;
    case 'exit': process.exit(3);
    case 'reject': Promise.reject(new TypeError('nobody listens')); await sleep(1000); return;
    case 'sleep': await sleep(event.ms); return 'slept';
    case 'print': console.log('one line'); console.error('and one\\nmore'); return null;
    case 'heap': return Math.round(getHeapStatistics().heap_size_limit / 2 ** 20);
    case 'large': return 'x'.repeat(6 * 1024 * 1024);
  }
};
export const withCallback = (event, context, callback) => callback(null, 1);
`;

const clock = createClock({ startTime: START });
const lines: string[] = [];
const events: InvocationEvent[] = [];
let directory: string;
let lambda: ReturnType<typeof createLambda>;
let server: Awaited<ReturnType<typeof serve>>;
let client: LambdaClient;

beforeAll(async () => {
  process.env.A_SECRET_OF_THE_HOST = 'must not get through';
  directory = await writeBundle(CODE);
  lambda = createLambda({
    clock,
    compileCache: await mkdtemp(path.join(tmpdir(), 'compile-cache-')),
    environmentFor: ({ roleArn }) => ({ AWS_ACCESS_KEY_ID: roleArn ?? 'nobody' }),
    onLog: ({ functionName, line }) => lines.push(`${functionName}: ${line}`),
    onInvocation: (event) => events.push(event),
  });
  await create('worker');
  server = await serve(createLambdaService(lambda));
  client = new LambdaClient(server.config);
});
afterAll(async () => {
  await server.close();
  delete process.env.A_SECRET_OF_THE_HOST;
});

const create = (name: string, more: object = {}) =>
  lambda.createFunction({
    name,
    directory,
    handler: 'index.handler',
    environment: { TABLE: 'ledger' },
    roleArn: 'arn:aws:iam::111122223333:role/worker',
    timeoutSeconds: 30,
    memoryMb: 256,
    ...more,
  });

async function invoke(name: string, event: object) {
  const { Payload, ...rest } = await client.send(
    new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) }),
  );
  return { ...rest, payload: JSON.parse(Payload?.transformToString() ?? 'null') };
}

describe('an invocation', () => {
  it('sees the time of the cloud, its own settings, and nothing of the host', async () => {
    const { payload } = await invoke('worker', { do: 'describe' });
    expect(payload).toMatchObject({
      now: START.toISOString(),
      dateNow: START.getTime(),
      given: '1970-01-01T00:00:00.000Z',
      isDate: true,
      loadedAt: START.toISOString(),
      name: 'worker',
      arn: 'arn:aws:lambda:us-east-1:111122223333:function:worker',
      memory: '256',
    });
    expect(payload.text).toContain('Nov 22 2026 10:00:00');
    expect(payload.remaining).toBeGreaterThan(20_000);
    expect(payload.remaining).toBeLessThanOrEqual(30_000);
    expect(payload.environment).toMatchObject({
      TABLE: 'ledger',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'worker',
      AWS_ACCESS_KEY_ID: 'arn:aws:iam::111122223333:role/worker',
    });
    for (const name of ['A_SECRET_OF_THE_HOST', 'PATH', 'HOME', 'NODE_COMPILE_CACHE'])
      expect(payload.environment).not.toHaveProperty(name);
  });

  it('reuses the warm environment and sees the time move', async () => {
    await create('warm');
    const { payload: first } = await invoke('warm', { do: 'describe' });
    await clock.advanceBy({ days: 400 });
    const { payload: second } = await invoke('warm', { do: 'describe' });
    expect([first.invocations, second.invocations]).toEqual([1, 2]);
    expect(second.now).toBe(clock.now().toISOString());
    expect(second.loadedAt).toBe(first.now);
  });

  it('runs at the same time in environments of its own', async () => {
    await create('parallel');
    const results = await Promise.all(
      [1, 2, 3].map(() => invoke('parallel', { do: 'sleep', ms: 100 })),
    );
    expect(results.map(({ payload }) => payload)).toEqual(['slept', 'slept', 'slept']);
    const running = events.filter(({ functionName }) => functionName === 'parallel');
    expect(running.slice(0, 3).map(({ phase }) => phase)).toEqual(['start', 'start', 'start']);
  });

  it('is work in progress on the clock until it has ended', async () => {
    let ended = false;
    void invoke('worker', { do: 'sleep', ms: 200 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const settled = clock.settle().then(() => {
      ended = events.at(-1)?.phase === 'end';
    });
    await settled;
    expect(ended).toBe(true);
  });

  it('hands its lines to the log, and its outcome and memory to the observer', async () => {
    await create('talker');
    await invoke('talker', { do: 'print' });
    expect(lines).toEqual(
      expect.arrayContaining(['talker: one line', 'talker: and one', 'talker: more']),
    );
    const end = events.findLast(({ functionName }) => functionName === 'talker');
    expect(end).toMatchObject({ phase: 'end', at: clock.now() });
    expect(end?.errorType).toBeUndefined();
    expect(end?.peakMemoryBytes).toBeGreaterThan(10 * 1024 * 1024);
    expect(end?.peakMemoryBytes).toBeLessThan(200 * 1024 * 1024);
  });

  it('has a heap by its memory, unless NODE_OPTIONS says otherwise', async () => {
    // 231 MiB for the old generation and three semi-spaces of 12 MiB, rounded up to a power of two.
    expect(await invoke('worker', { do: 'heap' })).toMatchObject({ payload: 231 + 3 * 16 });
    const NODE_OPTIONS = '--max-semi-space-size=2 --max-old-space-size=64';
    await create('frugal', { environment: { NODE_OPTIONS } });
    expect(await invoke('frugal', { do: 'heap' })).toMatchObject({ payload: 64 + 3 * 2 });
  });

  it.each([
    ['throw', { errorType: 'OUT_OF_LUCK', errorMessage: 'no luck' }],
    ['throw a string', { errorType: 'string', errorMessage: 'just text', trace: [] }],
    ['circle', { errorType: 'Runtime.MarshalError' }],
    ['exit', { errorType: 'Runtime.ExitError' }],
    ['reject', { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'nobody listens' }],
    ['large', { errorType: 'Function.ResponseSizeTooLarge' }],
  ])('reports a failure as Lambda does: %s', async (how, expected) => {
    const { FunctionError, payload, StatusCode } = await invoke('worker', { do: how });
    expect({ FunctionError, StatusCode }).toEqual({ FunctionError: 'Unhandled', StatusCode: 200 });
    expect(payload).toMatchObject(expected);
    const after = await invoke('worker', { do: 'nothing' });
    expect(after.payload).toBeNull();
  });

  it('carries the trace of a thrown error', async () => {
    const { payload } = await invoke('worker', { do: 'throw' });
    expect(payload.trace[0]).toBe('OUT_OF_LUCK: no luck');
    expect(payload.trace[1]).toContain('index.mjs');
  });

  it('is killed at its timeout', async () => {
    await create('slow', { timeoutSeconds: 1 });
    const { payload } = await invoke('slow', { do: 'sleep', ms: 60_000 });
    expect(payload.errorType).toBe('Sandbox.Timedout');
    expect(payload.errorMessage).toContain('Task timed out after 1.00 seconds');
  });

  it.each([
    ['index.missing', 'Runtime.HandlerNotFound'],
    ['other.handler', 'Runtime.ImportModuleError'],
    ['index.withCallback', 'Runtime.CallbackHandlerDeprecated'],
  ])('says that the handler %s cannot be used', async (handler, errorType) => {
    await create('wrong', { handler });
    expect((await invoke('wrong', {})).payload.errorType).toBe(errorType);
  });

  it('in process answers parsed, and throws what the function threw', async () => {
    expect(await lambda.invoke('worker', { do: 'sleep', ms: 1 })).toBe('slept');
    await expect(lambda.invoke('worker', { do: 'throw' })).rejects.toMatchObject({
      name: 'OUT_OF_LUCK',
      message: 'no luck',
    });
  });
});

describe('the service', () => {
  it('refuses an unknown function by the name AWS uses', async () => {
    await expect(invoke('nobody', {})).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: expect.stringContaining('function:nobody'),
    });
  });

  it('refuses every invocation while the reserved concurrency is 0', async () => {
    await create('endpoint');
    const FunctionName = 'endpoint';
    await client.send(
      new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }),
    );
    expect(
      (await client.send(new GetFunctionConcurrencyCommand({ FunctionName })))
        .ReservedConcurrentExecutions,
    ).toBe(0);
    await expect(invoke('endpoint', { do: 'nothing' })).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    });
    await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
    expect((await invoke('endpoint', { do: 'nothing' })).payload).toBeNull();
    const { Concurrency, Configuration } = await client.send(
      new GetFunctionCommand({ FunctionName }),
    );
    expect(Concurrency).toBeUndefined();
    expect(Configuration).toMatchObject({ FunctionName, Timeout: 30, MemorySize: 256 });
  });

  it('takes an ARN for a name, answers a dry run, and refuses an oversized or malformed payload', async () => {
    const FunctionName = 'arn:aws:lambda:us-east-1:111122223333:function:worker';
    expect((await invoke(FunctionName, { do: 'nothing' })).payload).toBeNull();
    const dry = await client.send(new InvokeCommand({ FunctionName, InvocationType: 'DryRun' }));
    expect(dry.StatusCode).toBe(204);
    await expect(invoke(FunctionName, { text: 'x'.repeat(6 * 1024 * 1024) })).rejects.toMatchObject(
      { name: 'RequestTooLargeException' },
    );
    await expect(
      client.send(new InvokeCommand({ FunctionName, Payload: '{"cut' })),
    ).rejects.toMatchObject({ name: 'InvalidRequestContentException' });
  });

  it('takes an alias, of which the function is told, and no other qualifier', async () => {
    await create('aliased');
    lambda.createAlias('aliased', 'caller');
    const arn = 'arn:aws:lambda:us-east-1:111122223333:function:aliased';
    const describe = async (FunctionName: string, Qualifier?: string) => {
      const Payload = JSON.stringify({ do: 'describe' });
      const answer = await client.send(
        new InvokeCommand({ FunctionName, Payload, ...(Qualifier && { Qualifier }) }),
      );
      return JSON.parse(answer.Payload?.transformToString() ?? 'null').arn;
    };
    for (const name of [arn, 'aliased']) {
      expect(await describe(name)).toBe(arn);
      expect(await describe(`${name}:caller`)).toBe(`${arn}:caller`);
      expect(await describe(name, 'caller')).toBe(`${arn}:caller`);
      expect(await describe(`${name}:$LATEST`)).toBe(`${arn}:$LATEST`);
      await expect(describe(`${name}:1`)).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
        message: `Function not found: ${arn}:1`,
      });
    }
  });

  it('runs an asynchronous invocation after its answer, and twice more when it fails', async () => {
    await create('later');
    const { StatusCode } = await client.send(
      new InvokeCommand({
        FunctionName: 'later',
        InvocationType: 'Event',
        Payload: JSON.stringify({ do: 'throw' }),
      }),
    );
    expect(StatusCode).toBe(202);
    const startedAt = clock.now().getTime();
    await clock.advanceBy({ days: 1 });
    expect(
      events
        .filter(({ functionName, phase }) => functionName === 'later' && phase === 'start')
        .map(({ at }) => (at.getTime() - startedAt) / 1000),
    ).toEqual([0, 60, 180]);
  });

  it('authorises the caller on the ARN of the function, or of its alias', async () => {
    const asked: string[] = [];
    const caller: Caller = {
      accessKeyId: 'stranger',
      arn: 'arn:aws:iam::111122223333:user/stranger',
      authorise(action, resource) {
        asked.push(`${action} ${resource}`);
        throw new AccessDenied(this.arn, action, resource);
      },
    };
    const guarded = await serve(
      { ...createLambdaService(lambda), close: async () => undefined },
      caller,
    );
    for (const FunctionName of ['worker', 'worker:caller'])
      await expect(
        new LambdaClient(guarded.config).send(new InvokeCommand({ FunctionName })),
      ).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(asked).toEqual([
      'lambda:InvokeFunction arn:aws:lambda:us-east-1:111122223333:function:worker',
      'lambda:InvokeFunction arn:aws:lambda:us-east-1:111122223333:function:worker:caller',
    ]);
    await guarded.close();
  });
});
