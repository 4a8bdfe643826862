import {
  type AslMachine,
  type AslState,
  type Catcher,
  type Json,
  UnsupportedDefinition,
} from './asl.ts';
import { mapStrings, rewritePath, rewriteTemplate, type StateReference } from './context-paths.ts';
import { spellOutCatchers } from './error-names.ts';
import { isSupportedResource } from './integrations.ts';
import { planMap } from './plan-map.ts';
import type { AttemptedPlan, CallPlan, RunnableMachine, StatePlan, WaitPlan } from './task-plan.ts';

/** The interpreter times its tasks in real time, sixty seconds unless told; setTimeout can take no more than this. */
const INTERPRETER_TIMEOUT_SECONDS = Math.floor((2 ** 31 - 1) / 1000);
const TASK_TOKEN_PATTERN = '.waitForTaskToken';
const PATHS = ['InputPath', 'OutputPath', 'ItemsPath', 'ErrorPath', 'CausePath'] as const;
const TEMPLATES = ['Parameters', 'ResultSelector', 'ItemSelector'] as const;

/**
 * Turns a definition, as it is deployed, into one that `aws-local-stepfunctions` runs on the clock of the embedded cloud.
 * What the interpreter does in real time, or not at all, becomes a task whose plan says what is to be done.
 * @throws UnsupportedDefinition for what would not behave as on AWS
 */
export function rewriteDefinition(machine: AslMachine): RunnableMachine {
  if (machine.QueryLanguage === 'JSONata')
    throw new UnsupportedDefinition('JSONata is not supported, write JSONPath');
  const definition: Record<string, AslState> = {};
  const states: Record<string, StatePlan> = {};
  for (const [index, [name, original]] of Object.entries(machine.States).entries()) {
    const reference = { name, key: `s${index}` };
    const state = rewriteState(original, reference);
    const work = planWork(state, reference);
    states[name] = { type: state.Type, key: reference.key, ...(work && { work }) };
    definition[name] = work ? asTask(state, work) : state;
  }
  return { definition: { StartAt: machine.StartAt, States: definition }, states };
}

function rewriteState(state: AslState, reference: StateReference): AslState {
  assertSupported(state, reference);
  const rewritten: Record<string, unknown> = { ...state };
  for (const field of PATHS) {
    const path = state[field];
    if (typeof path === 'string') rewritten[field] = rewritePath(path, reference);
  }
  for (const field of TEMPLATES) {
    const template = state[field];
    if (template !== undefined) rewritten[field] = rewriteTemplate(template, reference);
  }
  if (state.Choices)
    rewritten.Choices = state.Choices.map((choice) =>
      rewriteNegativeTests(
        mapStrings(choice, (key, text) =>
          key === 'Variable' || key.endsWith('Path') ? rewritePath(text, reference) : text,
        ),
      ),
    );
  if (state.Catch)
    rewritten.Catch = spellOutCatchers(state.Catch).map((catcher) => withoutRootPath(catcher));
  return withoutRootPath(rewritten as unknown as AslState);
}

function assertSupported(state: AslState, { name }: StateReference): void {
  const refuse = (why: string) => new UnsupportedDefinition(`${name}: ${why}`);
  if (state.Type === 'Pass' && 'Result' in state && !state.Result)
    throw refuse('the interpreter takes a Result of null, false, 0 or "" for none');
  for (const path of [state.ResultPath, ...(state.Catch ?? []).map(({ ResultPath }) => ResultPath)])
    if (path?.startsWith('$['))
      throw refuse(`ResultPath ${path} is not supported, write it with dots`);
  for (const path of [state.ErrorPath, state.CausePath])
    if (path?.startsWith('States.')) throw refuse('ErrorPath and CausePath must be paths');
  if (JSON.stringify(TEMPLATES.map((field) => state[field])).includes('States.JsonToString('))
    throw refuse('the interpreter drops every backslash from the result of States.JsonToString');
  // It is read when it is evaluated, and after the work the time may be another.
  if (JSON.stringify([state.ResultSelector, state.OutputPath]).includes('$$.State.EnteredTime'))
    throw refuse('$$.State.EnteredTime is known before the work of a state only');
}

/** The interpreter would put the result under a key named `$`; leaving the path out means the same. */
function withoutRootPath<T extends AslState | Catcher>(holder: T): T {
  if (holder.ResultPath !== '$') return holder;
  const { ResultPath: _, ...rest } = holder;
  return rest as T;
}

/** The interpreter never matches `IsPresent: false` and the like. */
function rewriteNegativeTests(rule: Json): Json {
  if (Array.isArray(rule)) return rule.map(rewriteNegativeTests);
  if (typeof rule !== 'object' || rule === null) return rule;
  const test = Object.keys(rule).find((key) => /^Is[A-Z]/.test(key) && rule[key] === false);
  if (test && 'Variable' in rule) {
    const { Variable, [test]: _, ...rest } = rule;
    return { Not: { Variable: Variable ?? null, [test]: true }, ...rest };
  }
  return Object.fromEntries(
    Object.entries(rule).map(([key, value]) => [key, rewriteNegativeTests(value)]),
  );
}

function planWork(
  state: AslState,
  reference: StateReference,
): WaitPlan | AttemptedPlan | undefined {
  const attempted = { retriers: state.Retry ?? [], catchers: state.Catch ?? [] };
  switch (state.Type) {
    case 'Wait':
      return planWait(state, reference);
    case 'Task':
      return { ...planCall(state, reference), ...attempted };
    case 'Map':
      return { ...planMap(state, reference, rewriteDefinition), ...attempted };
    case 'Parallel':
      return {
        kind: 'parallel',
        branches: (state.Branches ?? []).map(rewriteDefinition),
        ...attempted,
      };
    default:
      return undefined;
  }
}

function planWait(state: AslState, reference: StateReference): WaitPlan {
  const { Seconds, SecondsPath, Timestamp, TimestampPath } = state;
  return {
    kind: 'wait',
    ...(Seconds !== undefined && { seconds: Seconds }),
    ...(SecondsPath !== undefined && { secondsPath: rewritePath(SecondsPath, reference) }),
    ...(Timestamp !== undefined && { timestamp: Timestamp }),
    ...(TimestampPath !== undefined && { timestampPath: rewritePath(TimestampPath, reference) }),
  };
}

function planCall(state: AslState, reference: StateReference): CallPlan {
  const resource = state.Resource ?? '';
  const waitsForTaskToken = resource.endsWith(TASK_TOKEN_PATTERN);
  const integration = waitsForTaskToken ? resource.slice(0, -TASK_TOKEN_PATTERN.length) : resource;
  if (!isSupportedResource(integration))
    throw new UnsupportedDefinition(`${reference.name}: ${resource} is not provided`);
  const { TimeoutSeconds, TimeoutSecondsPath, HeartbeatSeconds, HeartbeatSecondsPath } = state;
  return {
    kind: 'call',
    resource: integration,
    waitsForTaskToken,
    ...(TimeoutSeconds !== undefined && { timeoutSeconds: TimeoutSeconds }),
    ...(TimeoutSecondsPath !== undefined && {
      timeoutSecondsPath: rewritePath(TimeoutSecondsPath, reference),
    }),
    ...(HeartbeatSeconds !== undefined && { heartbeatSeconds: HeartbeatSeconds }),
    ...(HeartbeatSecondsPath !== undefined && {
      heartbeatSecondsPath: rewritePath(HeartbeatSecondsPath, reference),
    }),
  };
}

/** What is left for the interpreter: input and output processing, the catchers, and where to go next. */
function asTask(state: AslState, work: WaitPlan | AttemptedPlan): AslState {
  const { Comment, Next, End, InputPath, OutputPath, ResultPath, ResultSelector, Catch } =
    state as AslState & { Comment?: string };
  return {
    ...(Comment !== undefined && { Comment }),
    Type: 'Task',
    Resource: 'arn:aws:states:::local:task',
    TimeoutSeconds: INTERPRETER_TIMEOUT_SECONDS,
    ...(InputPath !== undefined && { InputPath }),
    // The Parameters of a map are an older name of its ItemSelector.
    ...(state.Parameters !== undefined && work.kind !== 'map' && { Parameters: state.Parameters }),
    ...(ResultSelector !== undefined && { ResultSelector }),
    ...(ResultPath !== undefined && { ResultPath }),
    ...(OutputPath !== undefined && { OutputPath }),
    ...(Catch !== undefined && { Catch }),
    ...(Next !== undefined && { Next }),
    ...(End !== undefined && { End }),
  };
}
