import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Json } from './asl.ts';
import type { RunScope } from './engine.ts';
import { RUNTIME, StateError } from './error-names.ts';
import { interpret } from './interpreter.ts';
import type { RunnableMachine } from './task-plan.ts';

/** Stands for the token in the input of a task until an attempt has one. */
export const TASK_TOKEN_PLACEHOLDER = `task-token-${randomUUID()}`;

export type RunContext = Record<string, unknown>;

/** The context object of one run, under the names that `context-paths.ts` gives its parts. */
export function createContext(clock: Clock, machine: RunnableMachine, scope: RunScope): RunContext {
  const { execution, mapItem } = scope;
  return {
    Run: {
      Id: execution.arn,
      Name: execution.name,
      RoleArn: execution.roleArn,
      StartTime: execution.startTime.toISOString(),
      Input: execution.input,
    },
    StateMachine: { Id: execution.stateMachineArn, Name: execution.stateMachineName },
    States: Object.fromEntries(
      Object.entries(machine.states).map(([Name, { key }]) => [
        key,
        {
          Name,
          // Read when the state's input is made, and no time passes between that and its entry.
          get EnteredTime() {
            return clock.now().toISOString();
          },
        },
      ]),
    ),
    Task: { Token: TASK_TOKEN_PLACEHOLDER },
    ...(mapItem && { Map: { Item: mapItem } }),
  };
}

/** Evaluates a payload template by the interpreter's own rules. @throws StateError States.Runtime */
export function evaluateTemplate(template: Json, input: Json, context: RunContext): Promise<Json> {
  return interpret(
    {
      StartAt: 'Evaluate',
      States: { Evaluate: { Type: 'Pass', Parameters: template, End: true } },
    },
    input,
    { context },
  );
}

export async function evaluatePath(path: string, input: Json, context: RunContext): Promise<Json> {
  const found = await evaluateTemplate({ 'value.$': path }, input, context);
  return (found as { value: Json }).value;
}

/** The number a field of a state gives, directly or by a path. */
export async function evaluateSeconds(
  seconds: number | undefined,
  path: string | undefined,
  input: Json,
  context: RunContext,
): Promise<number | undefined> {
  if (path === undefined) return seconds;
  const value = await evaluatePath(path, input, context);
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw new StateError(
    RUNTIME,
    `${path} is ${JSON.stringify(value)}, not a whole number of 0 or more`,
  );
}
