import { inject } from 'vitest';
import {
  readWorkflowDefinition,
  type WorkflowDefinition,
  type WorkflowState,
} from '../../infra/workflow-definition.ts';
import type { StackName } from './assembly.ts';

export function definitionOf(stack: StackName): WorkflowDefinition {
  return readWorkflowDefinition(inject('assemblyDirectory'), stack);
}

export function stateOf(definition: WorkflowDefinition, name: string): WorkflowState {
  const state = definition.States[name];
  if (!state) throw new Error(`no state ${name}`);
  return state;
}

/** Where a state may go next: by success, by choice, by a caught error. */
export function successors(state: WorkflowState): readonly string[] {
  return [
    ...(state.Next ? [state.Next] : []),
    ...(state.Default ? [state.Default] : []),
    ...(state.Choices ?? []).flatMap(({ Next }) => Next ?? []),
    ...(state.Catch ?? []).map(({ Next }) => Next),
  ];
}

/** Everything that can be reached from `start`, as if the states in `without` did not exist. */
export function reachableFrom(
  definition: WorkflowDefinition,
  start: string,
  without: readonly string[] = [],
): ReadonlySet<string> {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name) || without.includes(name)) return;
    seen.add(name);
    successors(stateOf(definition, name)).forEach(visit);
  };
  visit(start);
  return seen;
}

/** Every way through the workflow that visits no state twice, from `start` to where it ends or comes round again. */
export function pathsFrom(
  definition: WorkflowDefinition,
  start: string,
): readonly (readonly string[])[] {
  const extend = (path: readonly string[], name: string): readonly (readonly string[])[] => {
    const longer = [...path, name];
    const next = [...new Set(successors(stateOf(definition, name)))];
    if (path.includes(name) || next.length === 0) return [longer];
    return next.flatMap((successor) => extend(longer, successor));
  };
  return extend([], start);
}
