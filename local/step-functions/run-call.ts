import type { Json } from './asl.ts';
import { HEARTBEAT_TIMEOUT } from './error-names.ts';
import { callIntegration } from './integrations.ts';
import { evaluateSeconds, TASK_TOKEN_PLACEHOLDER } from './run-context.ts';
import type { TaskPlace } from './run-plan.ts';
import type { CallPlan } from './task-plan.ts';
import { orAborted, setDeadline } from './work.ts';

/** One attempt of a Task: the call, and where the state waits for a token, its answer. */
export async function runCall(plan: CallPlan, input: Json, place: TaskPlace): Promise<Json> {
  const { engine, scope, context, stateName } = place;
  const deadline = setDeadline(
    engine.clock,
    // A path of the state's own input: Parameters make another one, for the task.
    await evaluateSeconds(plan.timeoutSeconds, plan.timeoutSecondsPath, place.stateInput, context),
    { label: `timeout of ${stateName}` },
  );
  const signal = AbortSignal.any([scope.signal, deadline.signal]);
  try {
    if (plan.waitsForTaskToken) return await callAndWait(plan, input, place, signal);
    return await orAborted(callAsMachine(plan, input, place), signal);
  } finally {
    deadline.cancel();
  }
}

function callAsMachine({ resource }: CallPlan, input: Json, place: TaskPlace): Promise<Json> {
  const { engine, scope } = place;
  return callIntegration(resource, engine.clientConfig(scope.execution.roleArn), input);
}

async function callAndWait(
  plan: CallPlan,
  input: Json,
  place: TaskPlace,
  attemptSignal: AbortSignal,
): Promise<Json> {
  const { engine, scope, work, context, stateName } = place;
  const heartbeat = setDeadline(
    engine.clock,
    await evaluateSeconds(
      plan.heartbeatSeconds,
      plan.heartbeatSecondsPath,
      place.stateInput,
      context,
    ),
    { label: `heartbeat of ${stateName}`, error: HEARTBEAT_TIMEOUT },
  );
  const { token, answer, close } = engine.tokens.issue(scope.execution, heartbeat.restart);
  const signal = AbortSignal.any([attemptSignal, heartbeat.signal]);
  try {
    const called = callAsMachine(plan, withToken(input, token), place).then(
      () => 'called' as const,
    );
    const answered = answer.then((output) => ({ output }));
    // An answer may come before the call returns, and then counts at once.
    const first = await orAborted(Promise.race([called, answered]), signal);
    const { output } = first === 'called' ? await work.parked(orAborted(answered, signal)) : first;
    return output;
  } finally {
    close();
    heartbeat.cancel();
  }
}

function withToken(input: Json, token: string): Json {
  if (typeof input === 'string') return input.replaceAll(TASK_TOKEN_PLACEHOLDER, token);
  if (Array.isArray(input)) return input.map((item) => withToken(item, token));
  if (typeof input !== 'object' || input === null) return input;
  return Object.fromEntries(
    Object.entries(input).map(([key, value]) => [key, withToken(value, token)]),
  );
}
