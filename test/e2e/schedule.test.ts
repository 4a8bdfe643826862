import {
  CreateScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AwsCall, CallFate } from '../../local/aws-endpoint.ts';
import type { ApiAnswer } from '../../local/signed-api.ts';
import { startWorld, type World, type WorldPlane } from '../support/offboarding-world.ts';

const REASON = 'the "contract" ends \\ C:\\new';
const RETENTION = { reason: REASON, retentionDays: 30, force: true, forceReason: 'test' };
// A schedule is set to the full second after the retention's end.
const AFTER_RETENTION = { days: 30, seconds: 1 };

describe('the schedule of a purge', () => {
  let world: World;
  let scheduler: SchedulerClient;
  let GroupName: string;
  let interfere: (call: AwsCall) => CallFate = () => 'proceed';
  beforeAll(async () => {
    world = await startWorld({ onCall: (call) => interfere(call) });
    scheduler = new SchedulerClient(world.cloud.clientConfig('operator'));
    GroupName = world.cloud.physicalName('AWS::Scheduler::ScheduleGroup', '/PurgeSchedule/');
  });
  afterAll(async () => {
    scheduler.destroy();
    await world.close();
  });

  async function inRetention(): Promise<WorldPlane & { offboardingId: string }> {
    const plane = await world.plane();
    const { offboardingId } = (await plane.start(RETENTION)).body;
    expect(await plane.status()).toBe('KEPT_IN_ARCHIVE');
    return { ...plane, offboardingId };
  }

  /** An offboarding's executions, oldest first. */
  function executions(offboardingId: string) {
    return world.cloud.stepFunctions
      .executions(world.cloud.physicalName('AWS::StepFunctions::StateMachine'))
      .map(({ identity }) => ({ name: identity.name, input: Object(identity.input) }))
      .filter(({ input }) => input.offboardingId === offboardingId)
      .reverse();
  }
  /** Their names without the id. */
  const attempts = (offboardingId: string) =>
    executions(offboardingId).map(({ name }) => name.replace(`${offboardingId}-`, ''));

  const schedule = (Name: string) => scheduler.send(new GetScheduleCommand({ Name, GroupName }));
  const scheduledName = async (offboardingId: string): Promise<string> =>
    JSON.parse((await schedule(offboardingId)).Target?.Input ?? '').Name;

  it('starts the next attempt, which the API knows and goes on from', async () => {
    const { offboardingId, ...plane } = await inRetention();
    expect(attempts(offboardingId)).toEqual(['1']);

    await world.cloud.clock.advanceBy(AFTER_RETENTION);
    expect(attempts(offboardingId)).toEqual(['1', '2']);
    const [first, second] = executions(offboardingId);
    expect(second?.input).toEqual(first?.input);
    expect(second?.input.request.reason).toBe(REASON);
    expect((await plane.as('operator', 'GET', '/offboarding')).body).toMatchObject({
      status: 'WAITING_APPROVAL',
      executionArn: expect.stringMatching(new RegExp(`:${offboardingId}-2$`)),
    });
    expect(await plane.start()).toMatchObject({
      status: 409,
      body: { code: 'OFFBOARDING_IN_PROGRESS' },
    });

    await plane.decide('approver', 'reject');
    expect(await plane.status()).toBe('KEPT_IN_ARCHIVE');
    expect((await plane.start()).body.executionArn).toMatch(new RegExp(`:${offboardingId}-3$`));
    await plane.decide('approver', 'approve');
    expect(await plane.status()).toBe('PURGED');
    expect(attempts(offboardingId)).toEqual(['1', '2', '3']);
  });

  it('is seen by the API before it has written anything', async () => {
    const { offboardingId, ...plane } = await inRetention();
    let answer: Promise<ApiAnswer> | undefined;
    interfere = ({ callerArn }) => {
      if (!callerArn.includes('requestapproval')) return 'proceed';
      answer ??= plane.as('colleague', 'POST', '/offboarding', { reason: 'it is due' });
      return { after: answer };
    };
    await world.cloud.clock.advanceBy(AFTER_RETENTION);
    interfere = () => 'proceed';
    expect(await answer).toMatchObject({ status: 409, body: { code: 'OFFBOARDING_IN_PROGRESS' } });
    expect(attempts(offboardingId)).toEqual(['1', '2']);
    expect((await plane.as('operator', 'GET', '/offboarding')).body).toMatchObject({
      status: 'WAITING_APPROVAL',
      executionArn: expect.stringMatching(new RegExp(`:${offboardingId}-2$`)),
    });
    // Who was refused has not asked for this purge, and may approve it.
    await plane.decide('colleague', 'approve');
    expect(await plane.status()).toBe('PURGED');
    expect((await plane.history()).filter((type) => type === 'APPROVAL_REQUESTED')).toHaveLength(1);
  });

  it('starts one execution, however often it is delivered', async () => {
    const { offboardingId, ...plane } = await inRetention();
    const { Target, ScheduleExpression: due } = await schedule(offboardingId);
    const deliverAgain = (Name: string, ScheduleExpression: string | undefined) =>
      scheduler.send(
        new CreateScheduleCommand({
          Name,
          GroupName,
          ScheduleExpression,
          FlexibleTimeWindow: { Mode: 'OFF' },
          ActionAfterCompletion: 'DELETE',
          Target,
        }),
      );
    await deliverAgain('at-once', due);
    await world.cloud.clock.advanceBy(AFTER_RETENTION);
    const inSeconds = (seconds: number) =>
      `at(${new Date(world.cloud.clock.now().getTime() + seconds * 1000).toISOString().slice(0, 19)})`;
    await deliverAgain('while-it-waits', inSeconds(60));
    await world.cloud.clock.advanceBy({ seconds: 120 });
    expect(attempts(offboardingId)).toEqual(['1', '2']);
    expect(await plane.status()).toBe('WAITING_APPROVAL');

    await plane.decide('approver', 'reject');
    await deliverAgain('when-it-has-ended', inSeconds(60));
    await world.cloud.clock.advanceBy({ seconds: 120 });
    expect(attempts(offboardingId)).toEqual(['1', '2']);
    expect((await plane.history()).slice(-2)).toEqual(['APPROVAL_REQUESTED', 'REJECTED']);
  });

  it('moves on when an early erasure takes its name, and stands when that is refused', async () => {
    const { offboardingId, ...plane } = await inRetention();
    const { ScheduleExpression } = await schedule(offboardingId);
    expect(await scheduledName(offboardingId)).toBe(`${offboardingId}-2`);

    const erasure = { reason: 'a tenant asks for erasure', erasure: true };
    await plane.as('colleague', 'POST', '/offboarding', erasure);
    await world.cloud.clock.settle();
    expect(await plane.status()).toBe('WAITING_APPROVAL');
    expect(await scheduledName(offboardingId)).toBe(`${offboardingId}-3`);
    expect(await schedule(offboardingId)).toMatchObject({ ScheduleExpression });
    await plane.decide('approver', 'reject');

    await world.cloud.clock.advanceBy(AFTER_RETENTION);
    expect(attempts(offboardingId)).toEqual(['1', '2', '3']);
    // Whoever has once started it again never approves it, also when what they asked for was refused.
    expect((await plane.as('approver', 'GET', '/approval')).body.requestedBy).toEqual([
      'arn:aws:iam::111122223333:user/colleague',
      'arn:aws:iam::111122223333:user/operator',
    ]);
    await plane.decide('approver', 'approve');
    expect(await plane.status()).toBe('PURGED');
  });

  it('goes with the plane that is purged before its time', async () => {
    const { offboardingId, ...plane } = await inRetention();
    await plane.start({ erasure: true });
    await plane.decide('approver', 'approve');
    expect(await plane.status()).toBe('PURGED');
    const { Schedules } = await scheduler.send(
      new ListSchedulesCommand({ GroupName, NamePrefix: offboardingId }),
    );
    expect(Schedules).toEqual([]);
  });
});
