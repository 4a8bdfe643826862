import type { Json } from './asl.ts';
import { assertWithinLimit } from './data-limit.ts';
import type { Engine, RunScope } from './engine.ts';
import { type InterpreterEvent, interpret } from './interpreter.ts';
import { createContext } from './run-context.ts';
import { runPlan } from './run-plan.ts';
import type { RunnableMachine } from './task-plan.ts';
import { beginWork } from './work.ts';

/**
 * Runs a machine from its start to its end on the clock: an execution, a branch or an iteration.
 * @throws StateError with the error that ended it, or the reason for which the scope was aborted
 */
export async function runMachine(
  engine: Engine,
  machine: RunnableMachine,
  input: Json,
  scope: RunScope,
): Promise<Json> {
  const work = beginWork(engine.clock);
  const context = createContext(engine.clock, machine, scope);
  const entries = recordStates(machine, scope);
  const tasks = Object.fromEntries(
    Object.entries(machine.states).flatMap(([name, { work: plan }]) => {
      if (!plan) return [];
      const task = async (taskInput: Json): Promise<Json> => {
        const stateInput = await entries.entered(name);
        return runPlan(plan, taskInput, {
          engine,
          scope,
          work,
          context,
          stateName: name,
          stateInput,
        });
      };
      return [[name, task]];
    }),
  );
  try {
    const output = await interpret(machine.definition, input, {
      context,
      tasks,
      onEvent: entries.hear,
    });
    assertWithinLimit(output, 'the output');
    return output;
  } finally {
    work.end();
  }
}

/**
 * Records entries into states and exits from them. The interpreter's events come a few promise continuations late, so a
 * task begins only when its state's entry is on record: that keeps the order of the history, and its times.
 */
function recordStates(machine: RunnableMachine, { record }: RunScope) {
  let current: { readonly name: string; readonly input: Json } | undefined;
  let onEntry: () => void = () => undefined;
  return {
    hear({ type, state }: InterpreterEvent): void {
      if (!state) return;
      const { name: stateName, input, output = null } = state;
      const stateType = machine.states[stateName]?.type ?? 'Task';
      if (type === 'StateEntered') {
        record({ type, stateName, stateType, input });
        current = { name: stateName, input };
        onEntry();
      } else if (type === 'StateExited') {
        record({ type, stateName, stateType, output });
        current = undefined;
      }
    },
    /** @returns the state's input, before it was processed */
    async entered(name: string): Promise<Json> {
      while (current?.name !== name)
        await new Promise<void>((resolve) => {
          onEntry = resolve;
        });
      return current.input;
    },
  };
}
