import {
  GetFunctionConcurrencyCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  ResourceNotFoundException,
  type ThrottleReason,
  TooManyRequestsException,
} from '@aws-sdk/client-lambda';
import { describe, expect, test } from 'vitest';
import { queryEndpoint } from '../../lambdas/access/query-endpoint.ts';

const NO_HOLD = async () => {};
const NOW = new Date('2026-11-29T10:00:00.000Z');
const notFound = new ResourceNotFoundException({ message: 'gone', $metadata: {} });
const throttled = (Reason?: ThrottleReason) =>
  new TooManyRequestsException({ message: 'no', $metadata: {}, ...(Reason && { Reason }) });
const RESERVED = 'ReservedFunctionConcurrentInvocationLimitExceeded';

/** One function, as Lambda would answer for it; `invoke` gives each invocation's answer in turn. */
function scene({
  concurrency,
  exists = true,
  invoke = [],
}: {
  concurrency?: number;
  exists?: boolean;
  invoke?: readonly (Error | 'accepted')[];
}) {
  const lambda = new LambdaClient({ region: 'us-east-1' });
  const sent: string[] = [];
  const pauses: number[] = [];
  let reserved = concurrency;
  let probes = 0;
  lambda.send = async (command: unknown) => {
    if (!exists) throw notFound;
    if (command instanceof GetFunctionConcurrencyCommand)
      return reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved };
    if (command instanceof PutFunctionConcurrencyCommand) {
      reserved = command.input.ReservedConcurrentExecutions;
      sent.push(`reserve ${reserved} for ${command.input.FunctionName}`);
      return {};
    }
    if (!(command instanceof InvokeCommand)) throw new Error('unexpected call');
    sent.push(`${command.input.InvocationType} ${command.input.Payload}`);
    const answer = invoke[probes] ?? invoke.at(-1);
    probes += 1;
    if (answer instanceof Error) throw answer;
    return { StatusCode: 200 };
  };
  const point = queryEndpoint(
    {
      lambda,
      prober: lambda,
      pause: async (milliseconds) => {
        pauses.push(milliseconds);
      },
    },
    { kind: 'query-endpoint', functionName: 'query-kp-1' },
  );
  return { point, sent, pauses };
}

describe('closing', () => {
  test('leaves an endpoint open that a hold protects', async () => {
    const { point, sent } = scene({ concurrency: 25 });
    const held = async () => {
      throw new Error('held');
    };
    await expect(point.close(NOW, held)).rejects.toThrow('held');
    expect(sent).toEqual([]);
  });

  test.each([
    [undefined, null],
    [25, 25],
  ])('reserves nothing, and remembers %s', async (concurrency, remembered) => {
    const { point, sent } = scene({ ...(concurrency !== undefined && { concurrency }) });
    expect(await point.close(NOW, NO_HOLD)).toEqual({
      closed: 1,
      alreadyClosed: 0,
      alreadyAbsent: 0,
      reservedConcurrencyBefore: remembered,
    });
    expect(sent).toEqual(['reserve 0 for query-kp-1']);
  });

  test('again changes nothing', async () => {
    const { point, sent } = scene({ concurrency: 0 });
    expect(await point.close(NOW, NO_HOLD)).toEqual({
      closed: 0,
      alreadyClosed: 1,
      alreadyAbsent: 0,
      reservedConcurrencyBefore: 0,
    });
    expect(sent).toEqual([]);
  });

  test('counts a function that is gone as already absent', async () => {
    const { point } = scene({ exists: false });
    expect(await point.close(NOW, NO_HOLD)).toEqual({
      closed: 0,
      alreadyClosed: 0,
      alreadyAbsent: 1,
    });
    expect(await point.proveClosed()).toEqual({
      refused: true,
      observed: 'function does not exist',
    });
  });
});

describe('the proof', () => {
  test('is a refusal because of the reservation', async () => {
    const { point, sent } = scene({ invoke: [throttled(RESERVED)] });
    expect(await point.proveClosed()).toEqual({ refused: true, observed: RESERVED });
    expect(sent).toEqual(['RequestResponse {"offboardingProbe":true}']);
  });

  test('waits for Lambda to take the reservation over', async () => {
    const { point, pauses } = scene({ invoke: ['accepted', 'accepted', throttled(RESERVED)] });
    expect(await point.proveClosed()).toEqual({ refused: true, observed: RESERVED });
    expect(pauses).toEqual([2000, 2000]);
  });

  test.each([
    ['an accepted invocation', 'accepted' as const, 'invocation accepted'],
    [
      'a busy account',
      throttled('ConcurrentInvocationLimitExceeded'),
      'ConcurrentInvocationLimitExceeded',
    ],
    ['a refusal without a reason', throttled(), 'no reason given'],
  ])('is not %s', async (_, answer, observed) => {
    const { point, sent } = scene({ invoke: [answer] });
    expect(await point.proveClosed()).toEqual({ refused: false, observed });
    expect(sent).toHaveLength(5);
  });

  test('is asked for again when the answer was lost', async () => {
    const lost = Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
    const { point, pauses } = scene({ invoke: [lost, throttled(RESERVED)] });
    expect(await point.proveClosed()).toEqual({ refused: true, observed: RESERVED });
    expect(pauses).toEqual([2000]);
  });

  test('is not a call that was not allowed', async () => {
    const denied = Object.assign(new Error('denied'), { name: 'AccessDeniedException' });
    const { point } = scene({ invoke: [denied] });
    await expect(point.proveClosed()).rejects.toBe(denied);
  });
});
