import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAtExpression } from '../../local/schedule-expression.ts';
import type { AslState } from '../../local/step-functions/asl.ts';
import { MACHINE_ROLE, START, startSmallCloud } from './small-cloud.ts';

const TARGET_ROLE = 'arn:aws:iam::111122223333:role/purge-starter';
const UNIVERSAL = 'arn:aws:scheduler:::aws-sdk';

let cloud: Awaited<ReturnType<typeof startSmallCloud>>;
let client: SchedulerClient;
let machine: string;
let slowMachine: string;

beforeAll(async () => {
  cloud = await startSmallCloud();
  client = new SchedulerClient(cloud.clientConfig('operator'));
  const Say: AslState = { Type: 'Pass', End: true };
  machine = cloud.createMachine('purge', { StartAt: 'Say', States: { Say } });
  const Rest: AslState = { Type: 'Wait', Seconds: 3600, Next: 'Say' };
  slowMachine = cloud.createMachine('slow', { StartAt: 'Rest', States: { Rest, Say } });
});
afterAll(async () => {
  await cloud.close();
});

const create = (Name: string, more: Partial<CreateScheduleCommandInput> = {}) =>
  client.send(
    new CreateScheduleCommand({
      Name,
      ScheduleExpression: 'at(2027-11-22T10:00:00)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: machine, RoleArn: TARGET_ROLE, Input: `{"by":"${Name}"}` },
      ActionAfterCompletion: 'DELETE',
      ...more,
    }),
  );
/** The request of StartExecution, as a schedule's own target. */
const starting = (Name: string, more: object = {}) => ({
  Arn: `${UNIVERSAL}:sfn:startExecution`,
  RoleArn: TARGET_ROLE,
  Input: JSON.stringify({ StateMachineArn: slowMachine, Name, Input: `{"by":"${Name}"}`, ...more }),
});
const slowExecutions = () =>
  cloud.stepFunctions.executions(slowMachine).map(({ identity }) => identity.name);
const inputs = () =>
  cloud.stepFunctions
    .executions(machine)
    .map(({ identity }) => [identity.input, identity.startTime.toISOString()]);

describe('a schedule', () => {
  it('starts the state machine at its time with its role, and is gone afterwards', async () => {
    const { ScheduleArn } = await create('once');
    expect(ScheduleArn).toBe('arn:aws:scheduler:us-east-1:111122223333:schedule/default/once');
    expect(cloud.asked).toEqual([
      `operator scheduler:CreateSchedule ${ScheduleArn}`,
      `operator iam:PassRole ${TARGET_ROLE} scheduler.amazonaws.com`,
    ]);
    await cloud.clock.advanceTo(new Date('2027-11-22T09:59:59Z'));
    expect(inputs()).toEqual([]);
    await cloud.clock.advanceBy({ seconds: 1 });
    expect(inputs()).toEqual([[{ by: 'once' }, '2027-11-22T10:00:00.000Z']]);
    expect(cloud.asked).toContain(`purge-starter states:StartExecution ${machine}`);
    await expect(client.send(new GetScheduleCommand({ Name: 'once' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('invokes a function asynchronously with the role of its target', async () => {
    const code =
      'const seen = []; export const handler = async ({ by }) => { seen.push(by); return seen; };';
    const functionArn = await cloud.createFunction('reminded', code);
    await create('function', {
      ScheduleExpression: 'at(2027-11-23T10:00:00)',
      Target: {
        Arn: functionArn,
        RoleArn: TARGET_ROLE,
        Input: '{"by":"schedule"}',
        DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:111122223333:dropped' },
      },
    });
    await cloud.clock.advanceTo(new Date('2027-11-23T10:00:00Z'));
    expect(cloud.asked).toContain(`purge-starter lambda:InvokeFunction ${functionArn}`);
    expect(await cloud.lambda.invoke(functionArn, { by: 'test' })).toEqual(['schedule', 'test']);
  });

  it('stays when it is to stay, and never fires twice', async () => {
    await create('stays', {
      ScheduleExpression: 'at(2028-01-01T00:00:00)',
      ActionAfterCompletion: 'NONE',
    });
    await cloud.clock.advanceTo(new Date('2029-01-01T00:00:00Z'));
    expect(inputs().filter(([input]) => JSON.stringify(input) === '{"by":"stays"}')).toHaveLength(
      1,
    );
    expect(await client.send(new GetScheduleCommand({ Name: 'stays' }))).toMatchObject({
      Name: 'stays',
      GroupName: 'default',
      ScheduleExpression: 'at(2028-01-01T00:00:00)',
      Target: { Arn: machine, RoleArn: TARGET_ROLE, Input: '{"by":"stays"}' },
    });
  });

  it('does nothing once it is deleted', async () => {
    await create('deleted', { ScheduleExpression: 'at(2029-06-01T00:00:00)' });
    await client.send(new DeleteScheduleCommand({ Name: 'deleted' }));
    await cloud.clock.advanceTo(new Date('2029-12-01T00:00:00Z'));
    expect(JSON.stringify(inputs())).not.toContain('deleted');
    await expect(client.send(new DeleteScheduleCommand({ Name: 'deleted' }))).rejects.toMatchObject(
      { name: 'ResourceNotFoundException' },
    );
  });

  it('exists once per name and group, but a repeated request is the same', async () => {
    const more = { ScheduleExpression: 'at(2030-01-01T00:00:00)', ClientToken: 'same' };
    await create('twice', more);
    await create('twice', more);
    await expect(create('twice', { ...more, ClientToken: 'other' })).rejects.toMatchObject({
      name: 'ConflictException',
    });
    const { Schedules } = await client.send(new ListSchedulesCommand({ NamePrefix: 'tw' }));
    expect(Schedules?.map(({ Name }) => Name)).toEqual(['twice']);
  });

  it('whose target cannot be started is reported', async () => {
    await create('lost', {
      ScheduleExpression: 'at(2030-02-01T00:00:00)',
      Target: { Arn: `${machine}-gone`, RoleArn: MACHINE_ROLE },
    });
    await cloud.clock.advanceTo(new Date('2030-03-01T00:00:00Z'));
    expect(cloud.failedSchedules).toMatchObject([{ name: 'StateMachineDoesNotExist' }]);
  });

  it.each([
    [
      'a rate in another zone',
      { ScheduleExpression: 'rate(1 day)', ScheduleExpressionTimezone: 'Europe/Berlin' },
    ],
    ['no rate', { ScheduleExpression: 'rate(1 week)' }],
    ['a date that does not exist', { ScheduleExpression: 'at(2031-02-30T00:00:00)' }],
    ['a time that is past', { ScheduleExpression: 'at(2020-01-01T00:00:00)' }],
    ['a flexible window', { FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 } }],
    ['an unknown zone', { ScheduleExpressionTimezone: 'Mars/Olympus' }],
  ] satisfies [string, Partial<CreateScheduleCommandInput>][])(
    'is refused with %s',
    async (_what, more) => {
      await expect(
        create('refused', { ScheduleExpression: 'at(2035-01-01T00:00:00)', ...more }),
      ).rejects.toMatchObject({ name: 'ValidationException' });
    },
  );

  it.each([
    ['arn:aws:sqs:us-east-1:111122223333:queue', '{}', /arn:aws:sqs:\S+:queue is not provided/],
    [`${UNIVERSAL}:sqs:sendMessage`, '{}', /universal target sqs:sendMessage is not provided/],
    [`${UNIVERSAL}:sfn:stopExecution`, '{}', /universal target sfn:stopExecution is not provided/],
    [`${UNIVERSAL}:sfn:startExecution`, 'now', /not JSON/],
    [`${UNIVERSAL}:sfn:startExecution`, '{"Name":"nameless"}', /StateMachineArn/],
    [`${UNIVERSAL}:sfn:startExecution`, '{"stateMachineArn":"arn"}', /stateMachineArn/],
  ])('is refused with the target %s and %s', async (Arn, Input, message) => {
    await expect(
      create('refused', {
        ScheduleExpression: 'at(2035-01-01T00:00:00)',
        Target: { Arn, RoleArn: TARGET_ROLE, Input },
      }),
    ).rejects.toMatchObject({ name: 'ValidationException', message });
  });

  it('is refused in a group that does not exist', async () => {
    const more = { ScheduleExpression: 'at(2035-01-01T00:00:00)', GroupName: 'purges' };
    await expect(create('grouped', more)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('a schedule of StartExecution', () => {
  const at = (ScheduleExpression: string, Target: ReturnType<typeof starting>) => ({
    ScheduleExpression,
    Target,
  });

  it('starts the execution under its name, with the role of its target', async () => {
    await create('named', at('at(2036-01-01T00:00:00)', starting('off-2')));
    cloud.asked.length = 0;
    await cloud.clock.advanceTo(new Date('2036-01-01T00:00:00Z'));
    expect(cloud.asked).toEqual([`purge-starter states:StartExecution ${slowMachine}`]);
    expect(cloud.stepFunctions.executions(slowMachine)[0]?.identity).toMatchObject({
      name: 'off-2',
      input: { by: 'off-2' },
    });
  });

  it('starts it once, while it runs and when it has ended, whoever was first', async () => {
    cloud.failedSchedules.length = 0;
    await create('first', at('at(2037-01-01T00:00:00)', starting('off-3')));
    await create('same', at('at(2037-01-01T00:00:00)', starting('off-3')));
    await create('while', at('at(2037-01-01T00:30:00)', starting('off-3')));
    await create('other', at('at(2037-01-01T00:30:00)', starting('off-3', { Input: '{}' })));
    await create('after', at('at(2037-01-02T00:00:00)', starting('off-3')));
    await cloud.clock.advanceTo(new Date('2037-01-03T00:00:00Z'));
    expect(slowExecutions()).toEqual(['off-3', 'off-2']);
    expect(cloud.failedSchedules).toEqual([]);
    const { Schedules } = await client.send(new ListSchedulesCommand({ NamePrefix: 'after' }));
    expect(Schedules).toEqual([]);
  });

  it('is replaced by an update, time and target', async () => {
    await create('moved', at('at(2038-01-01T00:00:00)', starting('off-4')));
    cloud.asked.length = 0;
    const { ScheduleArn } = await client.send(
      new UpdateScheduleCommand({
        Name: 'moved',
        FlexibleTimeWindow: { Mode: 'OFF' },
        ...at('at(2038-02-01T00:00:00)', starting('off-5')),
      }),
    );
    expect(cloud.asked).toEqual([
      `operator scheduler:UpdateSchedule ${ScheduleArn}`,
      `operator iam:PassRole ${TARGET_ROLE} scheduler.amazonaws.com`,
    ]);
    await cloud.clock.advanceTo(new Date('2038-01-31T00:00:00Z'));
    expect(slowExecutions()).not.toContain('off-4');
    await cloud.clock.advanceTo(new Date('2038-02-01T00:00:00Z'));
    expect(slowExecutions()).toEqual(['off-5', 'off-3', 'off-2']);
    // An update leaves nothing of what was: this one says nothing of a deletion.
    expect(await client.send(new GetScheduleCommand({ Name: 'moved' }))).toMatchObject({
      ActionAfterCompletion: 'NONE',
      Target: starting('off-5'),
    });
  });

  it('cannot be updated before it is made', async () => {
    const update = new UpdateScheduleCommand({
      Name: 'never-made',
      FlexibleTimeWindow: { Mode: 'OFF' },
      ...at('at(2039-01-01T00:00:00)', starting('off-6')),
    });
    await expect(client.send(update)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('at expressions', () => {
  it.each([
    ['at(2026-11-22T10:00:00)', 'UTC', START.toISOString()],
    ['at(2026-07-01T12:00:00)', 'Europe/Berlin', '2026-07-01T10:00:00.000Z'],
    ['at(2026-01-01T12:00:00)', 'Europe/Berlin', '2026-01-01T11:00:00.000Z'],
    ['at(2026-03-29T03:30:00)', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    ['at(2026-01-01T00:00:00)', 'America/New_York', '2026-01-01T05:00:00.000Z'],
    ['at(2026-01-01)', 'UTC', undefined],
    ['cron(0 0 * * ? *)', 'UTC', undefined],
  ])('%s in %s', (expression, timezone, expected) => {
    expect(readAtExpression(expression, timezone)?.toISOString()).toBe(expected);
  });
});
