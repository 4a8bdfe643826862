import { z } from 'zod';
import type { AwsService, Caller } from '../aws-service.ts';
import { readText, sendError, sendJson, WireError } from '../json-wire.ts';
import type { Execution } from './execution.ts';
import { toHistoryEvent } from './history.ts';
import type { StepFunctions } from './step-functions.ts';

const TARGET_PREFIX = 'AWSStepFunctions.';
/** SendTaskFailure may leave both out; `Catch` then sees this name. */
const UNNAMED_TASK_FAILURE = 'States.TaskFailed';

type Operation = (stepFunctions: StepFunctions, caller: Caller, input: unknown) => unknown;

const executionArn = z.object({ executionArn: z.string() });
const taskToken = z.object({ taskToken: z.string().min(1) });
const page = {
  maxResults: z.int().min(0).max(1000).default(0),
  nextToken: z.string().regex(/^\d+$/).default('0'),
};

const OPERATIONS: Readonly<Record<string, Operation>> = {
  StartExecution: operation(
    z.object({
      stateMachineArn: z.string(),
      name: z.string().optional(),
      input: z.string().optional(),
    }),
    (stepFunctions, caller, { stateMachineArn, name, input }) => {
      caller.authorise('states:StartExecution', stateMachineArn);
      const { identity } = stepFunctions.startExecution(stateMachineArn, input, name);
      return { executionArn: identity.arn, startDate: seconds(identity.startTime) };
    },
  ),
  DescribeExecution: operation(executionArn, (stepFunctions, caller, { executionArn }) => {
    caller.authorise('states:DescribeExecution', executionArn);
    const execution = stepFunctions.execution(executionArn);
    return {
      ...summary(execution),
      input: JSON.stringify(execution.identity.input),
      inputDetails: { included: true },
      ...(execution.status() === 'SUCCEEDED' && {
        output: JSON.stringify(execution.output()),
        outputDetails: { included: true },
      }),
      ...execution.failure(),
    };
  }),
  StopExecution: operation(
    executionArn.extend({ error: z.string().optional(), cause: z.string().optional() }),
    (stepFunctions, caller, { executionArn, error, cause }) => {
      caller.authorise('states:StopExecution', executionArn);
      const execution = stepFunctions.execution(executionArn);
      execution.stop({
        ...(error !== undefined && { error }),
        ...(cause !== undefined && { cause }),
      });
      return { stopDate: secondsOrNothing(execution.stoppedAt()) };
    },
  ),
  ListExecutions: operation(
    z.object({ stateMachineArn: z.string(), statusFilter: z.string().optional(), ...page }),
    (stepFunctions, caller, { stateMachineArn, statusFilter, ...paging }) => {
      caller.authorise('states:ListExecutions', stateMachineArn);
      const found = stepFunctions
        .executions(stateMachineArn)
        .filter((execution) => !statusFilter || execution.status() === statusFilter);
      const { items, nextToken } = takePage(found, paging);
      return { executions: items.map(summary), nextToken };
    },
  ),
  GetExecutionHistory: operation(
    executionArn.extend({ reverseOrder: z.boolean().default(false), ...page }),
    (stepFunctions, caller, { executionArn, reverseOrder, ...paging }) => {
      caller.authorise('states:GetExecutionHistory', executionArn);
      const { events } = stepFunctions.execution(executionArn);
      const { items, nextToken } = takePage(reverseOrder ? events.toReversed() : events, paging);
      return { events: items.map(toHistoryEvent), nextToken };
    },
  ),
  DescribeStateMachine: operation(
    z.object({ stateMachineArn: z.string() }),
    (stepFunctions, caller, { stateMachineArn }) => {
      caller.authorise('states:DescribeStateMachine', stateMachineArn);
      const machine = stepFunctions.stateMachine(stateMachineArn);
      return {
        stateMachineArn,
        name: machine.name,
        status: 'ACTIVE',
        type: 'STANDARD',
        definition: JSON.stringify(machine.definition),
        roleArn: machine.roleArn,
        creationDate: seconds(machine.createdAt),
      };
    },
  ),
  SendTaskSuccess: operation(
    taskToken.extend({ output: z.string() }),
    ({ tokens }, caller, { taskToken, output }) => {
      caller.authorise('states:SendTaskSuccess', tokens.stateMachineOf(taskToken));
      tokens.succeed(taskToken, parseOutput(output));
      return {};
    },
  ),
  SendTaskFailure: operation(
    taskToken.extend({
      error: z.string().default(UNNAMED_TASK_FAILURE),
      cause: z.string().default(''),
    }),
    ({ tokens }, caller, { taskToken, error, cause }) => {
      caller.authorise('states:SendTaskFailure', tokens.stateMachineOf(taskToken));
      tokens.fail(taskToken, error, cause);
      return {};
    },
  ),
  SendTaskHeartbeat: operation(taskToken, ({ tokens }, caller, { taskToken }) => {
    caller.authorise('states:SendTaskHeartbeat', tokens.stateMachineOf(taskToken));
    tokens.heartbeat(taskToken);
    return {};
  }),
};

/** Step Functions' wire protocol (AWS JSON 1.0), as far as this product and an operator call it. */
export function createStepFunctionsService(stepFunctions: StepFunctions): AwsService {
  return {
    signingName: 'states',
    async handle(request, response, caller) {
      try {
        const target = String(request.headers['x-amz-target']);
        const run = OPERATIONS[target.replace(TARGET_PREFIX, '')];
        if (!run) throw new WireError('UnknownOperationException', target);
        const input: unknown = JSON.parse((await readText(request)) || '{}');
        sendJson(response, 200, run(stepFunctions, caller, input), {
          'content-type': 'application/x-amz-json-1.0',
        });
      } catch (error) {
        sendError(response, error);
      }
    },
    async close() {
      stepFunctions.close();
    },
  };
}

function operation<Schema extends z.ZodType>(
  schema: Schema,
  run: (stepFunctions: StepFunctions, caller: Caller, input: z.infer<Schema>) => unknown,
): Operation {
  return (stepFunctions, caller, input) => {
    const parsed = schema.safeParse(input);
    if (!parsed.success) throw new WireError('ValidationException', z.prettifyError(parsed.error));
    return run(stepFunctions, caller, parsed.data);
  };
}

function summary(execution: Execution) {
  const { identity } = execution;
  return {
    executionArn: identity.arn,
    stateMachineArn: identity.stateMachineArn,
    name: identity.name,
    status: execution.status(),
    startDate: seconds(identity.startTime),
    stopDate: secondsOrNothing(execution.stoppedAt()),
  };
}

function takePage<T>(
  items: readonly T[],
  { maxResults, nextToken }: { maxResults: number; nextToken: string },
): { items: readonly T[]; nextToken?: string } {
  const from = Number(nextToken);
  const to = from + (maxResults || 100);
  return {
    items: items.slice(from, to),
    ...(to < items.length && { nextToken: String(to) }),
  };
}

function parseOutput(output: string) {
  try {
    return JSON.parse(output);
  } catch {
    throw new WireError('InvalidOutput', 'Invalid Output: not JSON');
  }
}

function seconds(date: Date): number {
  return date.getTime() / 1000;
}

function secondsOrNothing(date: Date | undefined): number | undefined {
  return date && seconds(date);
}
