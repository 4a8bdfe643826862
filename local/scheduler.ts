import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ExecutionAlreadyExists } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { type AwsService, type Caller, LOCAL_ACCOUNT, LOCAL_REGION } from './aws-service.ts';
import type { Clock } from './clock.ts';
import { readText, sendError, sendJson, WireError } from './json-wire.ts';
import { type Recurrence, readRecurrence } from './recurrence.ts';
import { readAtExpression } from './schedule-expression.ts';
import {
  type InvokeFunction,
  type StartExecution,
  targetSchema,
  workOf,
} from './schedule-target.ts';
import type { TemplateResource } from './template.ts';

const ARN_PREFIX = `arn:aws:scheduler:${LOCAL_REGION}:${LOCAL_ACCOUNT}`;
const DEFAULT_GROUP = 'default';
const UTC_NAMES: readonly string[] = ['UTC', 'Etc/UTC'];

/** The schedules, once or recurring, that start a state machine or a function. Anything else is refused, not half done. */
const scheduleSchema = z.strictObject({
  GroupName: z.string().default(DEFAULT_GROUP),
  Description: z.string().max(512).optional(),
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  FlexibleTimeWindow: z.strictObject({ Mode: z.literal('OFF') }),
  Target: targetSchema,
  ActionAfterCompletion: z.enum(['NONE', 'DELETE']).default('NONE'),
  State: z.literal('ENABLED').default('ENABLED'),
  ClientToken: z.string().default(randomUUID),
});

type ScheduleRequest = z.infer<typeof scheduleSchema>;

export interface Schedule extends ScheduleRequest {
  readonly Name: string;
  readonly CreationDate: Date;
  readonly work: StartExecution | InvokeFunction;
  readonly cancel: () => void;
}

export interface SchedulerOptions {
  readonly clock: Clock;
  /** False: of the times of a schedule that one jump of the clock passes, only the first and the last come about. */
  readonly everyOccurrence: boolean;
  /** Starts an execution with the permissions of the target's role. */
  readonly startExecution: (start: StartExecution & { roleArn: string }) => Promise<void>;
  /** Queues an invocation, with the permissions of the target's role. */
  readonly invokeFunction: (invoke: InvokeFunction & { roleArn: string }) => Promise<void>;
  /** AWS would retry and then drop the event, or put it into a dead-letter queue. */
  readonly onFailure: (scheduleArn: string, error: unknown) => void;
}

export interface Scheduler extends AwsService {
  createGroup(name: string): void;
  /** Provisions an AWS::Scheduler::Schedule. @throws WireError for what is not provided */
  createSchedule(resource: TemplateResource): void;
}

/** EventBridge Scheduler on the clock of the embedded cloud (REST JSON). */
export function createScheduler({
  clock,
  everyOccurrence,
  startExecution,
  invokeFunction,
  onFailure,
}: SchedulerOptions): Scheduler {
  const groups = new Set([DEFAULT_GROUP]);
  const schedules = new Map<string, Schedule>();

  function find(arn: string): Schedule {
    const found = schedules.get(arn);
    if (!found)
      throw new WireError('ResourceNotFoundException', `Schedule ${arn} does not exist.`, {
        status: 404,
      });
    return found;
  }

  function create(name: string, body: unknown, caller: Caller): string {
    const request = read(body);
    const arn = scheduleArn(request.GroupName, name);
    authorise('scheduler:CreateSchedule', arn, request, caller);
    if (!groups.has(request.GroupName))
      throw new WireError(
        'ResourceNotFoundException',
        `Schedule group ${request.GroupName} does not exist.`,
        { status: 404 },
      );
    const existing = schedules.get(arn);
    if (existing?.ClientToken === request.ClientToken) return arn;
    if (existing)
      throw new WireError('ConflictException', `Schedule ${name} already exists.`, { status: 409 });
    wait(arn, name, request, clock.now());
    return arn;
  }

  /** Puts the request in the place of all that the schedule was. */
  function update(name: string, body: unknown, caller: Caller): string {
    const request = read(body);
    const arn = scheduleArn(request.GroupName, name);
    authorise('scheduler:UpdateSchedule', arn, request, caller);
    const { CreationDate, cancel } = find(arn);
    wait(arn, name, request, CreationDate);
    cancel();
    return arn;
  }

  function wait(arn: string, name: string, request: ScheduleRequest, CreationDate: Date): void {
    const { ScheduleExpression, ScheduleExpressionTimezone, Target } = request;
    const work = workOf(Target);
    const recurrence = readRecurrence(ScheduleExpression);
    if (recurrence && !UTC_NAMES.includes(ScheduleExpressionTimezone))
      throw invalid(`${ScheduleExpression} is read in UTC only`);
    const at = readAtExpression(ScheduleExpression, ScheduleExpressionTimezone);
    if (!recurrence && (!at || at < clock.now()))
      throw invalid(`${ScheduleExpression} is neither rate, cron, nor an at(…) that lies ahead`);
    const waiting = new AbortController();
    const cancel = () => waiting.abort();
    const schedule = { ...request, Name: name, CreationDate, work, cancel };
    schedules.set(arn, schedule);
    const { signal } = waiting;
    const running = recurrence
      ? fireAgainAndAgain(arn, schedule, recurrence, signal)
      : clock
          .waitUntil(at ?? clock.now(), { signal, label: `schedule ${name}` })
          .then(() => fire(arn, schedule));
    running.catch((error: unknown) => {
      // Deleted, or another has taken its place.
      if (!signal.aborted) onFailure(arn, error);
    });
  }

  /** In the background of the clock: a daily schedule is no reason to go to tomorrow. */
  async function fireAgainAndAgain(
    arn: string,
    schedule: Schedule,
    { next }: Recurrence,
    signal: AbortSignal,
  ): Promise<void> {
    const label = `schedule ${schedule.Name}`;
    for (let at = next(clock.now()); at; at = following(next, at)) {
      await clock.waitUntil(at, { signal, label, background: true });
      await fire(arn, schedule);
    }
  }

  function following(next: Recurrence['next'], at: Date): Date | undefined {
    let time = next(at);
    if (everyOccurrence) return time;
    const jumpEnds = clock.destination();
    for (let later = time; later && later <= jumpEnds; later = next(later)) time = later;
    return time;
  }

  async function fire(arn: string, schedule: Schedule): Promise<void> {
    const end = clock.begin();
    const { work, Target, ActionAfterCompletion } = schedule;
    try {
      if (work.kind === 'function') await invokeFunction({ ...work, roleArn: Target.RoleArn });
      else await startExecution({ ...work, roleArn: Target.RoleArn });
    } catch (error) {
      // An earlier delivery has started it, or somebody else under its name.
      if (!(error instanceof ExecutionAlreadyExists)) onFailure(arn, error);
    } finally {
      if (ActionAfterCompletion === 'DELETE' && schedules.get(arn) === schedule)
        schedules.delete(arn);
      end();
    }
  }

  function remove(arn: string): void {
    find(arn).cancel();
    schedules.delete(arn);
  }

  async function answer(request: IncomingMessage, caller: Caller): Promise<unknown> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const name = /^\/schedules\/([^/]+)$/.exec(url.pathname)?.[1];
    if (name === undefined) {
      if (request.method !== 'GET' || !/^\/schedules\/?$/.test(url.pathname))
        throw invalid(`${request.method} ${url.pathname} is not provided`);
      caller.authorise('scheduler:ListSchedules', `${ARN_PREFIX}:schedule/*/*`);
      const group = url.searchParams.get('ScheduleGroup');
      const prefix = url.searchParams.get('NamePrefix') ?? '';
      const found = [...schedules.values()].filter(
        ({ GroupName, Name }) => (!group || GroupName === group) && Name.startsWith(prefix),
      );
      return { Schedules: found.map(summary) };
    }
    if (request.method === 'POST' || request.method === 'PUT') {
      const body: unknown = JSON.parse((await readText(request)) || '{}');
      const write = request.method === 'POST' ? create : update;
      return { ScheduleArn: write(decodeURIComponent(name), body, caller) };
    }
    const group = url.searchParams.get('groupName') ?? DEFAULT_GROUP;
    const arn = scheduleArn(group, decodeURIComponent(name));
    if (request.method === 'GET') {
      caller.authorise('scheduler:GetSchedule', arn);
      return describe(find(arn));
    }
    if (request.method === 'DELETE') {
      caller.authorise('scheduler:DeleteSchedule', arn);
      remove(arn);
      return {};
    }
    throw invalid(`${request.method} of a schedule is not provided`);
  }

  return {
    signingName: 'scheduler',
    createGroup: (name) => {
      groups.add(name);
    },
    createSchedule({ name, properties }) {
      // A template names its schedule beside its properties, the API in its path.
      const { Name: _, ...body } = properties;
      const request = read(body);
      wait(scheduleArn(request.GroupName, name), name, request, clock.now());
    },
    async handle(request, response, caller) {
      try {
        sendJson(response, 200, await answer(request, caller));
      } catch (error) {
        sendError(response, error);
      }
    },
    async close() {
      for (const { cancel } of schedules.values()) cancel();
    },
  };
}

function read(body: unknown): ScheduleRequest {
  const parsed = scheduleSchema.safeParse(body);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
  return parsed.data;
}

function authorise(action: string, arn: string, { Target }: ScheduleRequest, caller: Caller): void {
  caller.authorise(action, arn);
  caller.authorise('iam:PassRole', Target.RoleArn, {
    'iam:PassedToService': 'scheduler.amazonaws.com',
  });
}

function scheduleArn(group: string, name: string): string {
  return `${ARN_PREFIX}:schedule/${group}/${name}`;
}

function invalid(message: string): WireError {
  return new WireError('ValidationException', message);
}

function summary({ Name, GroupName, State, CreationDate, Target }: Schedule) {
  return {
    Arn: scheduleArn(GroupName, Name),
    CreationDate: CreationDate.getTime() / 1000,
    GroupName,
    Name,
    State,
    Target: { Arn: Target.Arn },
  };
}

function describe(schedule: Schedule) {
  const { cancel: _, ClientToken: __, work: ___, ...fields } = schedule;
  return { ...fields, ...summary(schedule), Target: schedule.Target };
}
