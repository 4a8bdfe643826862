import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClock } from '../../local/clock.ts';
import { createScheduler, type Scheduler } from '../../local/scheduler.ts';
import { resolveTemplate } from '../../local/template.ts';
import { serve } from './serve.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:111122223333:function:checkpoint';
const ROLE = 'arn:aws:iam::111122223333:role/checkpoints';

describe.each([
  [
    true,
    [
      '"cron" 2026-11-23T03:00',
      '"cron" 2026-11-24T03:00',
      '"rate" 2026-11-24T10:00',
      '"cron" 2026-11-25T03:00',
    ],
  ],
  // The first and the last, of each that the jump passes more than twice.
  [false, ['"cron" 2026-11-23T03:00', '"rate" 2026-11-24T10:00', '"cron" 2026-11-25T03:00']],
])('a schedule that comes back, kept each of its times: %s', (everyOccurrence, expected) => {
  const clock = createClock({ startTime: new Date('2026-11-22T10:00:00.000Z') });
  const invoked: string[] = [];
  let scheduler: Scheduler;
  let served: Awaited<ReturnType<typeof serve>>;
  let client: SchedulerClient;

  beforeAll(async () => {
    scheduler = createScheduler({
      clock,
      everyOccurrence,
      startExecution: async () => {},
      async invokeFunction({ functionArn, input, roleArn }) {
        expect([functionArn, roleArn]).toEqual([FUNCTION, ROLE]);
        const at = clock.now().toISOString().slice(0, 16);
        // Somebody still works on the last one when the clock could go on.
        await new Promise((resolve) => setTimeout(resolve, 1));
        invoked.push(`${input} ${at}`);
      },
      onFailure: (_, error) => {
        throw error;
      },
    });
    served = await serve(scheduler);
    client = new SchedulerClient(served.config);
  });
  afterAll(() => served.close());

  it('fires in order when the clock jumps past its times, and never moves it', async () => {
    const template = resolveTemplate(
      {
        Resources: {
          Daily: {
            Type: 'AWS::Scheduler::Schedule',
            Properties: {
              Name: 'daily',
              ScheduleExpression: 'cron(0 3 * * ? *)',
              ScheduleExpressionTimezone: 'Etc/UTC',
              FlexibleTimeWindow: { Mode: 'OFF' },
              State: 'ENABLED',
              Target: { Arn: FUNCTION, RoleArn: ROLE, Input: '"cron"' },
            },
          },
        },
      },
      'Stack',
    );
    for (const schedule of template.ofType('AWS::Scheduler::Schedule'))
      scheduler.createSchedule(schedule);
    await client.send(
      new CreateScheduleCommand({
        Name: 'weekly',
        ScheduleExpression: 'rate(2 days)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: FUNCTION, RoleArn: ROLE, Input: '"rate"' },
      }),
    );
    expect(await clock.jumpToNextTimer()).toBe(false);
    expect(invoked).toEqual([]);

    void clock.waitUntil(new Date('2026-11-25T04:00:00.000Z'));
    await clock.jumpToNextTimer();
    expect(invoked).toEqual(expected);
  });

  it('ends when it is deleted', async () => {
    for (const Name of ['daily', 'weekly']) await client.send(new DeleteScheduleCommand({ Name }));
    invoked.length = 0;
    await clock.advanceBy({ days: 400 });
    expect(invoked).toEqual([]);
  });
});
