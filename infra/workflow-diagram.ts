import type { ChoiceRule, WorkflowDefinition, WorkflowState } from './workflow-definition.ts';

const SUPERSEDED = 'Superseded';
const ANY_FAILURE = 'States.ALL';
const HALT = 'Record halt';

/**
 * The definition as a Mermaid state diagram. What every step has in common (a failure is recorded as a halt, a cancel that
 * was faster ends it) is drawn once.
 * @throws Error naming a step that does not have it, because then the picture would lie
 */
export function workflowDiagram(definition: WorkflowDefinition): string {
  const drawn = reachable(definition).filter((name) => !isFailureNote(definition, name));
  const idOf = new Map(drawn.map((name, index) => [name, `s${index + 1}`]));
  const id = (name: string): string => idOf.get(name) ?? name;
  const lines = ['stateDiagram-v2', '    direction TB'];
  for (const name of drawn) lines.push(`    state "${name}" as ${id(name)}`);
  lines.push('    state "any step" as any', `    [*] --> ${id(definition.StartAt)}`);
  for (const name of drawn) {
    const state = stateNamed(definition, name);
    assertSharedCatchers(definition, name, state);
    for (const [target, label] of transitions(definition, state))
      lines.push(`    ${id(name)} --> ${id(target)}${label ? `: ${label}` : ''}`);
    if (state.Type === 'Succeed' || state.Type === 'Fail') lines.push(`    ${id(name)} --> [*]`);
  }
  lines.push(
    `    any --> ${id(HALT)}: fails`,
    `    any --> ${id(SUPERSEDED)}: cancelled meanwhile`,
  );
  return `${lines.join('\n')}\n`;
}

const BEGIN = '<!-- workflow -->';
const END = '<!-- /workflow -->';

/**
 * A page with its picture drawn anew, between the two marks.
 * @throws Error when the page has no place for it
 */
export function withWorkflowDiagram(page: string, definition: WorkflowDefinition): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END, begin);
  if (begin < 0 || end < 0) throw new Error(`the page has no ${BEGIN} … ${END}`);
  const picture = `\n\`\`\`mermaid\n${workflowDiagram(definition)}\`\`\`\n`;
  return page.slice(0, begin + BEGIN.length) + picture + page.slice(end);
}

/** Every state that can be reached, in the order in which a reader meets it. */
function reachable(definition: WorkflowDefinition): readonly string[] {
  const names: string[] = [];
  const visit = (name: string): void => {
    if (names.includes(name)) return;
    names.push(name);
    const state = stateNamed(definition, name);
    const targets = [
      ...(state.Choices ?? []).flatMap(({ Next }) => Next ?? []),
      ...(state.Next ? [state.Next] : []),
      ...(state.Default ? [state.Default] : []),
      ...(state.Catch ?? []).map(({ Next }) => Next),
    ];
    targets.forEach(visit);
  };
  visit(definition.StartAt);
  return names;
}

function transitions(
  definition: WorkflowDefinition,
  state: WorkflowState,
): readonly (readonly [target: string, label: string])[] {
  const next = state.Next && followed(definition, state.Next);
  const own = (state.Catch ?? [])
    .map(({ ErrorEquals, Next }) => [followed(definition, Next), ErrorEquals.join(', ')] as const)
    .filter(([target]) => target !== HALT && target !== SUPERSEDED && target !== next);
  return [
    ...(state.Choices ?? []).map(({ Next = '', ...rule }) => [Next, labelOf(rule)] as const),
    ...(state.Default ? [[followed(definition, state.Default), 'otherwise'] as const] : []),
    ...(next ? [[next, ''] as const] : []),
    ...own,
  ];
}

function labelOf(rule: ChoiceRule): string {
  if (rule.And) return rule.And.map(labelOf).join(', ');
  if (rule.StringEquals !== undefined) return rule.StringEquals;
  const variable = rule.Variable?.split('.').at(-1) ?? '';
  return rule.NumericEquals === undefined ? variable : `${variable} ${rule.NumericEquals}`;
}

/** A Pass that only notes which stage failed, or under which code: drawn as what comes after it. */
function isFailureNote(definition: WorkflowDefinition, name: string): boolean {
  const { Type, ResultPath } = stateNamed(definition, name);
  return Type === 'Pass' && (ResultPath === '$.failedStage' || ResultPath === '$.failure');
}

function followed(definition: WorkflowDefinition, name: string): string {
  const { Next } = stateNamed(definition, name);
  return Next && isFailureNote(definition, name) ? followed(definition, Next) : name;
}

function assertSharedCatchers(
  definition: WorkflowDefinition,
  name: string,
  { Type, Catch = [] }: WorkflowState,
): void {
  if (!(Type === 'Task' || Type === 'Map') || name === HALT) return;
  const leadsTo = (error: string, target: string) =>
    Catch.some(
      ({ ErrorEquals, Next }) =>
        ErrorEquals.includes(error) && followed(definition, Next) === target,
    );
  const halts = leadsTo(ANY_FAILURE, HALT);
  // A map reports its children's errors under a name of its own, so it cannot tell a cancel.
  const yields = Type === 'Map' || leadsTo('OFFBOARDING_SUPERSEDED', SUPERSEDED);
  if (!halts || !yields) throw new Error(`${name} does not end its failures as the other steps do`);
}

function stateNamed(definition: WorkflowDefinition, name: string): WorkflowState {
  const state = definition.States[name];
  if (!state) throw new Error(`the definition has no state ${name}`);
  return state;
}
