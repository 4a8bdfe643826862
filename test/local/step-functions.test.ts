import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AslMachine, AslState, Json } from '../../local/step-functions/asl.ts';
import { START, startSmallCloud } from './small-cloud.ts';

const INVOKE = 'arn:aws:states:::lambda:invoke';
const DAY_MS = 86_400_000;

/** Answers what it is asked; fails so many times first, per `key`, whichever environment serves it. */
const WORKER = `
import { appendFileSync, existsSync, statSync } from 'node:fs';
export const handler = async ({ key, failTimes = 0, error = 'ACTIVE_USAGE', ...event }) => {
  const counter = encodeURIComponent(key) + '.failures';
  const failed = existsSync(counter) ? statSync(counter).size : 0;
  if (failed < failTimes) {
    appendFileSync(counter, '.');
    const thrown = new Error('failure ' + (failed + 1));
    thrown.name = error;
    throw thrown;
  }
  if (event.size) return 'x'.repeat(event.size);
  return { ...event, failed, at: new Date().toISOString() };
};`;

let cloud: Awaited<ReturnType<typeof startSmallCloud>>;
let client: SFNClient;
let machines = 0;

beforeAll(async () => {
  cloud = await startSmallCloud();
  client = new SFNClient(cloud.clientConfig('operator'));
  await cloud.createFunction('worker', WORKER);
  await cloud.createFunction('refusing', 'export const handler = async () => null;');
  cloud.lambda.reserveConcurrency('refusing', 0);
});
afterAll(async () => {
  await cloud.close();
});

const work = (payload: object, more: object = {}): AslState =>
  ({
    Type: 'Task',
    Resource: INVOKE,
    Parameters: { FunctionName: 'worker', Payload: payload },
    OutputPath: '$.Payload',
    End: true,
    ...more,
  }) as AslState;

const waitForToken = (more: object = {}) =>
  work(
    { 'token.$': '$$.Task.Token' },
    { Resource: `${INVOKE}.waitForTaskToken`, OutputPath: '$', ...more },
  );

function create(states: Record<string, AslState>, more: Partial<AslMachine> = {}): string {
  machines += 1;
  const [StartAt = ''] = Object.keys(states);
  return cloud.createMachine(`machine-${machines}`, { StartAt, States: states, ...more });
}

async function start(stateMachineArn: string, input: object = {}, name?: string): Promise<string> {
  const { executionArn } = await client.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input), name }),
  );
  return executionArn ?? '';
}

const describeExecution = async (executionArn: string) => {
  const { status, output, error, cause, startDate, stopDate } = await client.send(
    new DescribeExecutionCommand({ executionArn }),
  );
  const lasted = stopDate && startDate && (stopDate.getTime() - startDate.getTime()) / 1000;
  return { status, output: output && (JSON.parse(output) as Json), error, cause, lasted };
};

/** Starts one and lets everything happen that is to happen within a year. */
async function runToEnd(states: Record<string, AslState>, input: object = {}) {
  const arn = await start(create(states), input);
  await cloud.clock.runUntil(() => cloud.stepFunctions.execution(arn).status() !== 'RUNNING');
  return describeExecution(arn);
}

/** The token that the function got when the execution reached its state. */
async function tokenOf(executionArn: string): Promise<string> {
  await cloud.clock.settle();
  return cloud.stepFunctions.tokens.openTokens(executionArn).at(-1) ?? '';
}

describe('waiting', () => {
  it.each([
    ['Seconds', { Seconds: 90 }, 90],
    ['SecondsPath', { SecondsPath: '$.delay' }, 120],
    ['Timestamp', { Timestamp: '2020-01-01T00:00:00Z' }, 0],
    ['TimestampPath', { TimestampPath: '$.until' }, undefined],
  ])('%s passes on the clock and hands the input on', async (_how, wait, lasted) => {
    const until = new Date(cloud.clock.now().getTime() + 60 * DAY_MS).toISOString();
    const input = { delay: 120, until };
    const ended = await runToEnd({ Wait: { Type: 'Wait', ...wait, End: true } }, input);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: input });
    expect(ended.lasted).toBe(lasted ?? (60 * DAY_MS) / 1000);
  });

  it('fails as AWS does when there is no time to wait for', async () => {
    const { status, error } = await runToEnd({
      Wait: { Type: 'Wait', TimestampPath: '$.until', End: true },
    });
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'States.Runtime' });
  });

  it('lets two executions wait side by side, in the order of time', async () => {
    const arn = create({
      First: { Type: 'Wait', SecondsPath: '$.first', Next: 'Second' },
      Second: { Type: 'Wait', SecondsPath: '$.second', End: true },
    });
    const before = cloud.events.length;
    await start(arn, { first: 10, second: 20 }, 'slow');
    await start(arn, { first: 5, second: 10 }, 'fast');
    const startedAt = cloud.clock.now().getTime();
    await cloud.clock.advanceBy({ seconds: 60 });
    const exits = cloud.events
      .slice(before)
      .flatMap((event) =>
        event.type === 'StateExited'
          ? [
              `${event.executionArn.split(':').at(-1)} ${event.stateName} ${(event.at.getTime() - startedAt) / 1000}`,
            ]
          : [],
      );
    expect(exits).toEqual(['fast First 5', 'slow First 10', 'fast Second 15', 'slow Second 30']);
  });
});

describe('tasks', () => {
  it('give functions their payload and the context of the execution', async () => {
    const machine = create({
      'Say who': work({
        'key.$': "States.Format('{}/{}', $$.Execution.Name, $$.State.Name)",
        'input.$': '$$.Execution.Input.number',
        'id.$': '$$.Execution.Id',
        'entered.$': '$$.State.EnteredTime',
        'started.$': '$$.Execution.StartTime',
        'machine.$': '$$.StateMachine.Name',
      }),
    });
    const now = cloud.clock.now().toISOString();
    const arn = await start(machine, { number: 7 }, 'named');
    await cloud.clock.settle();
    expect((await describeExecution(arn)).output).toEqual({
      input: 7,
      id: arn,
      entered: now,
      started: now,
      machine: machine.split(':').at(-1),
      failed: 0,
      at: now,
    });
    expect(cloud.asked).toContain(
      'machine lambda:InvokeFunction arn:aws:lambda:us-east-1:111122223333:function:worker',
    );
  });

  it('retry for thirty days of virtual time: the drain', async () => {
    const { status, output, lasted } = await runToEnd({
      Drain: work(
        { key: 'drain', failTimes: 100 },
        {
          Retry: [
            {
              ErrorEquals: ['ACTIVE_USAGE'],
              IntervalSeconds: 3600,
              BackoffRate: 1.5,
              MaxDelaySeconds: 28_800,
              MaxAttempts: 1000,
            },
          ],
        },
      ),
    });
    expect({ status, output }).toMatchObject({ status: 'SUCCEEDED', output: { failed: 100 } });
    // 1 h, 1.5 h, 2.25 h, 3.375 h, 5.0625 h, 7.59375 h, then 8 h for the other 94.
    expect(lasted).toBe(3600 * (1 + 1.5 + 2.25 + 3.375 + 5.0625 + 7.59375 + 94 * 8));
  });

  it('go to the first catcher that means the error, with its cause as AWS writes it', async () => {
    const caught = (name: string) => ({
      Type: 'Pass',
      Result: name,
      ResultPath: '$.by',
      End: true,
    });
    const { output } = await runToEnd(
      {
        Work: work(
          { key: 'catch', failTimes: 1, error: 'SOURCE_CHANGED' },
          {
            Catch: [
              { ErrorEquals: ['States.Timeout'], Next: 'Timeout' },
              { ErrorEquals: ['SOURCE_CHANGED', 'OTHER'], Next: 'Named', ResultPath: '$.failure' },
              { ErrorEquals: ['States.ALL'], Next: 'Any' },
            ],
          },
        ),
        Timeout: caught('timeout') as AslState,
        Named: caught('name') as AslState,
        Any: caught('any') as AslState,
      },
      { planeId: 'kp_1' },
    );
    expect(output).toMatchObject({
      planeId: 'kp_1',
      by: 'name',
      failure: { Error: 'SOURCE_CHANGED' },
    });
    const { failure } = output as { failure: { Cause: string } };
    expect(JSON.parse(failure.Cause)).toEqual({
      errorType: 'SOURCE_CHANGED',
      errorMessage: 'failure 1',
      trace: expect.arrayContaining(['SOURCE_CHANGED: failure 1']),
    });
  });

  it('are retried, then caught; a Fail state ends the execution under the error it is given', async () => {
    const ended = await runToEnd({
      Work: work(
        { key: 'halt', failTimes: 9, error: 'ARCHIVE_FAILED' },
        {
          Retry: [{ ErrorEquals: ['ARCHIVE_FAILED'], IntervalSeconds: 2, MaxAttempts: 2 }],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Halted', ResultPath: '$.failure' }],
        },
      ),
      Halted: { Type: 'Fail', ErrorPath: '$.failure.Error', CausePath: '$.failure.Cause' },
    });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'ARCHIVE_FAILED', lasted: 6 });
    expect(JSON.parse(ended.cause ?? '')).toMatchObject({ errorMessage: 'failure 3' });
  });

  it.each([
    ['a throttled function', { FunctionName: 'refusing' }, 'Lambda.TooManyRequestsException'],
    ['an unknown function', { FunctionName: 'nobody' }, 'Lambda.ResourceNotFoundException'],
  ])('fail under the name AWS gives %s', async (_what, Parameters, error) => {
    expect((await runToEnd({ Work: work({}, { Parameters }) })).error).toBe(error);
  });

  it('may not return more than 256 KiB, and States.ALL does not catch that', async () => {
    const Catch = (name: string) => [{ ErrorEquals: [name], Next: 'Caught' }];
    const Caught: AslState = { Type: 'Pass', Result: 'caught', End: true };
    const large = { size: 262_144 };
    const all = await runToEnd({ Work: work(large, { Catch: Catch('States.ALL') }), Caught });
    expect(all).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    const named = await runToEnd({
      Work: work(large, { Catch: Catch('States.DataLimitExceeded') }),
      Caught,
    });
    expect(named).toMatchObject({ status: 'SUCCEEDED', output: 'caught' });
  });
});

describe('task tokens', () => {
  const machineWithToken = (more: object = {}) =>
    create({
      Ask: waitForToken({
        TimeoutSeconds: 3600,
        Catch: [
          { ErrorEquals: ['States.TaskFailed'], Next: 'Refused' },
          { ErrorEquals: ['States.Timeout'], Next: 'Expired' },
        ],
        ...more,
      }),
      Refused: { Type: 'Pass', Parameters: { 'refused.$': '$.Error' }, End: true },
      Expired: { Type: 'Pass', Result: 'expired', End: true },
    });

  it('succeed with the output that was sent, once', async () => {
    const arn = await start(machineWithToken());
    const taskToken = await tokenOf(arn);
    expect((await describeExecution(arn)).status).toBe('RUNNING');
    const success = new SendTaskSuccessCommand({ taskToken, output: '{"decision":"approve"}' });
    await client.send(success);
    await cloud.clock.settle();
    expect(await describeExecution(arn)).toMatchObject({
      status: 'SUCCEEDED',
      output: { decision: 'approve' },
    });
    await expect(client.send(success)).rejects.toMatchObject({ name: 'TaskTimedOut' });
    expect(cloud.asked.at(-1)).toMatch(
      /^operator states:SendTaskSuccess arn:aws:states:us-east-1:111122223333:stateMachine:machine-/,
    );
  });

  it('fail with the error that was sent', async () => {
    const arn = await start(machineWithToken());
    const taskToken = await tokenOf(arn);
    await client.send(new SendTaskFailureCommand({ taskToken, error: 'REJECTED', cause: 'no' }));
    await cloud.clock.settle();
    expect((await describeExecution(arn)).output).toEqual({ refused: 'REJECTED' });
  });

  it('expire into the catcher for the timeout, not into that for a failed task', async () => {
    const arn = await start(machineWithToken());
    const taskToken = await tokenOf(arn);
    await cloud.clock.advanceBy({ seconds: 3599 });
    expect((await describeExecution(arn)).status).toBe('RUNNING');
    await cloud.clock.advanceBy({ seconds: 1 });
    expect(await describeExecution(arn)).toMatchObject({ output: 'expired', lasted: 3600 });
    await expect(
      client.send(new SendTaskSuccessCommand({ taskToken, output: '1' })),
    ).rejects.toMatchObject({ name: 'TaskTimedOut' });
  });

  it('are new for every attempt', async () => {
    const arn = await start(
      machineWithToken({ Retry: [{ ErrorEquals: ['States.Timeout'], MaxAttempts: 1 }] }),
    );
    const first = await tokenOf(arn);
    await cloud.clock.advanceBy({ seconds: 3601 });
    const second = await tokenOf(arn);
    expect(second).not.toBe(first);
    await client.send(new SendTaskSuccessCommand({ taskToken: second, output: '2' }));
    await cloud.clock.settle();
    expect((await describeExecution(arn)).output).toBe(2);
  });

  it('live on while their heart beats', async () => {
    const arn = await start(machineWithToken({ HeartbeatSeconds: 60 }));
    const taskToken = await tokenOf(arn);
    for (let beat = 0; beat < 5; beat++) {
      await cloud.clock.advanceBy({ seconds: 50 });
      await client.send(new SendTaskHeartbeatCommand({ taskToken }));
    }
    expect((await describeExecution(arn)).status).toBe('RUNNING');
    await cloud.clock.advanceBy({ seconds: 60 });
    expect(await describeExecution(arn)).toMatchObject({ output: 'expired', lasted: 310 });
  });

  it.each([
    ['malformed', 'no-token', 'InvalidToken'],
    ['unknown', `AQCE${'a'.repeat(64)}`, 'TaskDoesNotExist'],
  ])('that are %s are refused', async (_what, taskToken, name) => {
    await expect(
      client.send(new SendTaskSuccessCommand({ taskToken, output: '1' })),
    ).rejects.toMatchObject({ name });
  });

  it('take JSON only', async () => {
    const arn = await start(machineWithToken());
    const taskToken = await tokenOf(arn);
    await expect(
      client.send(new SendTaskSuccessCommand({ taskToken, output: '{cut' })),
    ).rejects.toMatchObject({ name: 'InvalidOutput' });
    await client.send(new StopExecutionCommand({ executionArn: arn }));
  });
});

describe('maps and branches', () => {
  const distributed = (processor: AslState, more: object = {}): AslState =>
    ({
      Type: 'Map',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSONL' },
        Parameters: { Bucket: 'vault', 'Key.$': '$.key' },
      },
      ItemSelector: {
        'shard.$': '$$.Map.Item.Value.shard',
        'index.$': '$$.Map.Item.Index',
        'planeId.$': '$.planeId',
      },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Each',
        States: { Each: processor },
      },
      MaxConcurrency: 2,
      End: true,
      ...more,
    }) as AslState;
  const each = (more: object = {}) =>
    work({ 'shard.$': '$.shard', 'index.$': '$.index', 'planeId.$': '$.planeId', ...more });

  beforeAll(() => {
    cloud.objects.set('/vault/shards.jsonl', '{"shard":"a"}\n{"shard":"b"}\n\n{"shard":"c"}\n');
  });

  it('run every line of an object as an execution of its own', async () => {
    const input = { planeId: 'kp_1', key: 'shards.jsonl' };
    const { status, output } = await runToEnd({ Pack: distributed(each()) }, input);
    expect(status).toBe('SUCCEEDED');
    expect(output).toMatchObject([
      { shard: 'a', index: 0, planeId: 'kp_1' },
      { shard: 'b', index: 1, planeId: 'kp_1' },
      { shard: 'c', index: 2, planeId: 'kp_1' },
    ]);
  });

  it('retry in the children, each on the clock', async () => {
    const processor = {
      ...each({ 'key.$': "States.Format('child {}', $.shard)", failTimes: 2 }),
      Retry: [{ ErrorEquals: ['ACTIVE_USAGE'], IntervalSeconds: 100, MaxAttempts: 3 }],
    };
    const { status, lasted } = await runToEnd(
      { Pack: distributed(processor, { ResultPath: null }) },
      { planeId: 'kp_1', key: 'shards.jsonl' },
    );
    // Two at a time: 300 seconds for a and b, then 300 for c.
    expect({ status, lasted }).toEqual({ status: 'SUCCEEDED', lasted: 600 });
  });

  it('fail as a whole when a child fails, unless that is tolerated', async () => {
    const input = { planeId: 'kp_1', key: 'shards.jsonl' };
    const failing = each({ 'key.$': '$.shard', failTimes: 99, error: 'INTEGRITY_MISMATCH' });
    const strict = await runToEnd({ Pack: distributed(failing) }, input);
    expect(strict).toMatchObject({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
      cause: expect.stringContaining('INTEGRITY_MISMATCH'),
    });
    const tolerant = await runToEnd(
      { Pack: distributed(failing, { ToleratedFailureCount: 3 }) },
      input,
    );
    expect(tolerant).toMatchObject({ status: 'SUCCEEDED', output: [] });
  });

  it('fail when there are no items to read', async () => {
    const { error, cause } = await runToEnd(
      { Pack: distributed(each()) },
      { planeId: 'p', key: 'x' },
    );
    expect({ error, cause }).toEqual({
      error: 'States.ItemReaderFailed',
      cause: expect.stringContaining('NoSuchKey'),
    });
  });

  it('group items into batches', async () => {
    const { output } = await runToEnd(
      {
        Pack: distributed(work({ 'items.$': '$.Items', 'common.$': '$.BatchInput.of' }), {
          ItemSelector: { 'shard.$': '$$.Map.Item.Value.shard' },
          ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { 'of.$': '$.planeId' } },
        }),
      },
      { planeId: 'kp_1', key: 'shards.jsonl' },
    );
    expect(output).toMatchObject([
      { items: [{ shard: 'a' }, { shard: 'b' }], common: 'kp_1' },
      { items: [{ shard: 'c' }], common: 'kp_1' },
    ]);
  });

  it('run inline, in order, and end the others when one fails', async () => {
    const inline = (processor: AslState, more: object = {}): AslState =>
      ({
        Type: 'Map',
        ItemsPath: '$.items',
        ItemProcessor: { StartAt: 'Item', States: { Item: processor } },
        End: true,
        ...more,
      }) as AslState;
    const input = { items: [30, 10, 20] };
    const wait: AslState = { Type: 'Wait', SecondsPath: '$', End: true };
    expect(await runToEnd({ Each: inline(wait) }, input)).toMatchObject({
      output: [30, 10, 20],
      lasted: 30,
    });
    const failing = work({ key: 'inline', failTimes: 99, error: 'E' });
    expect(await runToEnd({ Each: inline(failing) }, input)).toMatchObject({ error: 'E' });
    const caught = await runToEnd(
      {
        Each: inline(failing, { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] }),
        Caught: { Type: 'Pass', Result: 'caught', End: true },
      },
      input,
    );
    expect(caught.output).toBe('caught');
  });

  it('run many children at once without a word of warning', async () => {
    const lines = Array.from({ length: 40 }, (_, index) => JSON.stringify({ shard: index }));
    cloud.objects.set('/vault/many.jsonl', lines.join('\n'));
    const warnings: string[] = [];
    const onWarning = ({ message }: Error) => warnings.push(message);
    process.on('warning', onWarning);
    const pause: AslState = { Type: 'Wait', Seconds: 5, End: true };
    const { output, lasted } = await runToEnd(
      { Pack: distributed(pause, { MaxConcurrency: 20 }) },
      { planeId: 'kp_1', key: 'many.jsonl' },
    );
    process.off('warning', onWarning);
    expect(output).toHaveLength(40);
    expect(lasted).toBe(10);
    expect(warnings).toEqual([]);
  });

  it('run branches side by side', async () => {
    const branch = (Seconds: number) => ({
      StartAt: `Wait ${Seconds}`,
      States: { [`Wait ${Seconds}`]: { Type: 'Wait', Seconds, End: true } as AslState },
    });
    expect(
      await runToEnd({ Both: { Type: 'Parallel', Branches: [branch(50), branch(70)], End: true } }),
    ).toMatchObject({ output: [{}, {}], lasted: 70 });
  });
});

describe('executions', () => {
  const waiting = () => create({ Wait: { Type: 'Wait', Seconds: 1000, End: true } });

  it('are stopped where they wait', async () => {
    const executionArn = await start(waiting());
    await cloud.clock.advanceBy({ seconds: 10 });
    await client.send(new StopExecutionCommand({ executionArn, error: 'CANCELLED', cause: 'c' }));
    await cloud.clock.advanceBy({ days: 1 });
    expect(await describeExecution(executionArn)).toEqual({
      status: 'ABORTED',
      error: 'CANCELLED',
      cause: 'c',
      output: undefined,
      lasted: 10,
    });
    expect(cloud.clock.timers()).toEqual([]);
  });

  it('time out as a whole, with everything in them', async () => {
    const arn = await start(
      create(
        {
          Both: {
            Type: 'Parallel',
            Branches: [
              { StartAt: 'Ask', States: { Ask: waitForToken() } },
              { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 9999, End: true } } },
            ],
            Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
            End: true,
          },
          Caught: { Type: 'Pass', End: true },
        },
        { TimeoutSeconds: 500 },
      ),
    );
    await cloud.clock.advanceBy({ days: 1 });
    expect(await describeExecution(arn)).toMatchObject({ status: 'TIMED_OUT', lasted: 500 });
    expect(cloud.clock.timers()).toEqual([]);
  });

  it('are open for a year at most', async () => {
    const arn = await start(create({ Ask: waitForToken() }));
    await cloud.clock.advanceBy({ days: 366 });
    expect(await describeExecution(arn)).toMatchObject({
      status: 'TIMED_OUT',
      lasted: 365 * 86_400,
    });
  });

  it('are the same for the same name and input, and refused for another', async () => {
    const machine = waiting();
    const first = await start(machine, { a: 1 }, 'off-1');
    expect(await start(machine, { a: 1 }, 'off-1')).toBe(first);
    await expect(start(machine, { a: 2 }, 'off-1')).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
    });
    await cloud.clock.advanceBy({ seconds: 1000 });
    await expect(start(machine, { a: 1 }, 'off-1')).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
    });
  });

  it('are listed newest first, by status', async () => {
    const stateMachineArn = waiting();
    await start(stateMachineArn, {}, 'one');
    await cloud.clock.advanceBy({ seconds: 1000 });
    await start(stateMachineArn, {}, 'two');
    const list = async (statusFilter?: 'RUNNING') =>
      (
        await client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter }))
      ).executions?.map(({ name, status }) => `${name} ${status}`);
    expect(await list()).toEqual(['two RUNNING', 'one SUCCEEDED']);
    expect(await list('RUNNING')).toEqual(['two RUNNING']);
  });

  it('tell their history, in virtual time and by the names of AWS', async () => {
    const executionArn = await start(
      create({
        Wait: { Type: 'Wait', Seconds: 60, Next: 'Choose' },
        Choose: {
          Type: 'Choice',
          Choices: [{ Variable: '$.never', IsPresent: true, Next: 'Work' }],
          Default: 'Work',
        } as AslState,
        Work: work(
          { key: 'history', failTimes: 1, error: 'E' },
          { Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 30 }] },
        ),
      }),
    );
    const startedAt = cloud.clock.now().getTime();
    await cloud.clock.advanceBy({ days: 1 });
    const history: string[] = [];
    for (let nextToken: string | undefined, page = 0; page === 0 || nextToken; page++) {
      const answer = await client.send(
        new GetExecutionHistoryCommand({ executionArn, maxResults: 5, nextToken }),
      );
      for (const { type, timestamp, id } of answer.events ?? [])
        history.push(`${id} ${type} ${((timestamp?.getTime() ?? 0) - startedAt) / 1000}`);
      nextToken = answer.nextToken;
    }
    expect(history).toEqual([
      '1 ExecutionStarted 0',
      '2 WaitStateEntered 0',
      '3 WaitStateExited 60',
      '4 ChoiceStateEntered 60',
      '5 ChoiceStateExited 60',
      '6 TaskStateEntered 60',
      '7 TaskScheduled 60',
      '8 TaskFailed 60',
      '9 TaskScheduled 90',
      '10 TaskSucceeded 90',
      '11 TaskStateExited 90',
      '12 ExecutionSucceeded 90',
    ]);
  });

  it('that nobody started, and definitions that are none, are refused', async () => {
    await expect(
      describeExecution('arn:aws:states:us-east-1:111122223333:execution:a:b'),
    ).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
    await expect(
      start('arn:aws:states:us-east-1:111122223333:stateMachine:a'),
    ).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
    await expect(
      client.send(new StartExecutionCommand({ stateMachineArn: waiting(), input: '{' })),
    ).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
    expect(() => create({ Lost: { Type: 'Pass', Next: 'Nowhere' } })).toThrow('invalid');
  });

  it('began at the time the cloud was started at', () => {
    expect(cloud.events[0]?.at).toEqual(START);
  });
});
