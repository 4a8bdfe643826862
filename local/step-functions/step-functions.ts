import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { WireError } from '../json-wire.ts';
import type { AslMachine, Json } from './asl.ts';
import { MAX_DATA_BYTES } from './data-limit.ts';
import type { ChildExecution, Engine } from './engine.ts';
import { type Execution, type ExecutionEvent, type Failure, startExecution } from './execution.ts';
import { childExecutionArn, executionArn, stateMachineArn } from './execution-arns.ts';
import type { ClientConfig } from './integrations.ts';
import { assertValid } from './interpreter.ts';
import { seededRandom } from './retries.ts';
import { rewriteDefinition } from './rewrite-definition.ts';
import type { RunnableMachine } from './task-plan.ts';
import { createTaskTokens } from './task-tokens.ts';

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html, without what it advises against */
const NAME = /^[\w-]{1,80}$/;

export interface StateMachineDefinition {
  readonly name: string;
  readonly roleArn: string;
  readonly definition: AslMachine;
}

export interface StateMachine extends StateMachineDefinition {
  readonly arn: string;
  readonly runnable: RunnableMachine;
  readonly createdAt: Date;
}

export interface StepFunctionsOptions {
  readonly clock: Clock;
  /** How the SDK reaches the embedded cloud as one role. */
  readonly clientConfig: (roleArn: string) => ClientConfig;
  /** Between 0 and 1, for the jitter of retries; the same numbers in every run unless given. */
  readonly random?: () => number;
  readonly onEvent?: (event: ExecutionEvent) => void;
}

export type StepFunctions = ReturnType<typeof createStepFunctions>;

/** The state machines of the embedded cloud: Standard workflows on its clock. */
export function createStepFunctions(options: StepFunctionsOptions) {
  const { clock, clientConfig, random = seededRandom(1), onEvent } = options;
  const stateMachines = new Map<string, StateMachine>();
  const executions = new Map<string, Execution>();
  const observer = onEvent && { onEvent };
  const engine: Engine = { clock, clientConfig, random, tokens: createTaskTokens(), runChild };

  /** Children are executions too, but those of a map run: nobody lists them with those of the machine. */
  function runChild(child: ChildExecution): Promise<Json> {
    const { parent, label, mapRunId, index, machine, input, signal } = child;
    const name = `${mapRunId}-${index}`;
    const arn = childExecutionArn(parent.execution.stateMachineName, label, name);
    const execution = startExecution(engine, {
      machine,
      identity: { ...parent.execution, arn, name, input, startTime: clock.now() },
      parentSignal: signal,
      ...observer,
    });
    executions.set(arn, execution);
    return execution.result;
  }

  function stateMachine(arn: string): StateMachine {
    const found = stateMachines.get(arn);
    if (!found)
      throw new WireError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return found;
  }

  return {
    tokens: engine.tokens,
    /** @throws Error when the definition is invalid, or asks for something that would not behave as on AWS */
    createStateMachine({ name, roleArn, definition }: StateMachineDefinition): string {
      assertValid(definition);
      const arn = stateMachineArn(name);
      const runnable = rewriteDefinition(definition);
      stateMachines.set(arn, {
        name,
        arn,
        roleArn,
        definition,
        runnable,
        createdAt: clock.now(),
      });
      return arn;
    },
    /**
     * Starts an execution. The same name and input again, while it runs, is the execution already there.
     * @param input JSON text
     * @throws WireError
     */
    startExecution(machineArn: string, input = '{}', name: string = randomUUID()): Execution {
      const machine = stateMachine(machineArn);
      if (!NAME.test(name)) throw new WireError('InvalidName', `Invalid Name: '${name}'`);
      const parsed = parseInput(input);
      const arn = executionArn(machine.name, name);
      const existing = executions.get(arn);
      if (existing) {
        const isSame = JSON.stringify(existing.identity.input) === JSON.stringify(parsed);
        if (existing.status() === 'RUNNING' && isSame) return existing;
        throw new WireError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
      }
      const { TimeoutSeconds } = machine.definition;
      const execution = startExecution(engine, {
        machine: machine.runnable,
        identity: {
          arn,
          name,
          stateMachineArn: machine.arn,
          stateMachineName: machine.name,
          roleArn: machine.roleArn,
          startTime: clock.now(),
          input: parsed,
        },
        ...(TimeoutSeconds !== undefined && { timeoutSeconds: TimeoutSeconds }),
        ...observer,
      });
      executions.set(arn, execution);
      return execution;
    },
    /** @throws WireError ExecutionDoesNotExist */
    execution(arn: string): Execution {
      const found = executions.get(arn);
      if (!found)
        throw new WireError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
      return found;
    },
    /** Newest first. @throws WireError StateMachineDoesNotExist */
    executions(machineArn: string): readonly Execution[] {
      const { name } = stateMachine(machineArn);
      return [...executions.values()]
        .filter(({ identity }) => identity.arn === executionArn(name, identity.name))
        .reverse();
    },
    /** @throws WireError StateMachineDoesNotExist */
    stateMachine,
    /** Ends what still runs, so that nothing waits any more. */
    close(failure: Failure = { error: 'CloudClosed' }): void {
      for (const execution of executions.values()) execution.stop(failure);
    },
  };
}

function parseInput(input: string): Json {
  const bytes = Buffer.byteLength(input);
  if (bytes > MAX_DATA_BYTES)
    throw new WireError(
      'ValidationException',
      `Value at 'input' has ${bytes} bytes, more than ${MAX_DATA_BYTES}`,
    );
  try {
    return JSON.parse(input);
  } catch {
    throw new WireError('InvalidExecutionInput', 'Invalid State Machine Execution Input: not JSON');
  }
}
