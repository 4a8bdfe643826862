import type { Json } from './asl.ts';
import { assertWithinLimit } from './data-limit.ts';
import type { Engine, RunScope } from './engine.ts';
import { RUNTIME, StateError } from './error-names.ts';
import { countRetries } from './retries.ts';
import { runCall } from './run-call.ts';
import { evaluatePath, evaluateSeconds, type RunContext } from './run-context.ts';
import { runMap, runParallel } from './run-map.ts';
import type { AttemptedPlan, WaitPlan } from './task-plan.ts';
import { toStateError, type Work } from './work.ts';

const FAILURE_EVENTS = {
  call: 'TaskFailed',
  map: 'MapStateFailed',
  parallel: 'ParallelStateFailed',
} as const;

/** Where a plan is carried out. */
export interface TaskPlace {
  readonly engine: Engine;
  readonly scope: RunScope;
  readonly work: Work;
  readonly context: RunContext;
  readonly stateName: string;
  /** Before it was processed. */
  readonly stateInput: Json;
}

/** Does what a state does. @throws StateError, or the reason for which the scope was aborted */
export async function runPlan(
  plan: WaitPlan | AttemptedPlan,
  input: Json,
  place: TaskPlace,
): Promise<Json> {
  const { signal } = place.scope;
  signal.throwIfAborted();
  if (plan.kind !== 'wait') return attemptUntilDone(plan, input, place);
  const until = await endOfWait(plan, input, place);
  const { clock } = place.engine;
  await place.work.parked(clock.waitUntil(until, { signal, label: place.stateName }));
  return input;
}

async function endOfWait(plan: WaitPlan, input: Json, place: TaskPlace): Promise<Date> {
  const { engine, context } = place;
  const timestamp = plan.timestampPath
    ? await evaluatePath(plan.timestampPath, input, context)
    : plan.timestamp;
  if (timestamp === undefined) {
    const seconds = await evaluateSeconds(plan.seconds, plan.secondsPath, input, context);
    return new Date(engine.clock.now().getTime() + (seconds ?? 0) * 1000);
  }
  const until = new Date(String(timestamp));
  if (Number.isNaN(until.getTime()))
    throw new StateError(RUNTIME, `${JSON.stringify(timestamp)} is not a timestamp`);
  return until;
}

async function attemptUntilDone(plan: AttemptedPlan, input: Json, place: TaskPlace): Promise<Json> {
  const { engine, scope, work, stateName } = place;
  const retryAfter = countRetries(plan.retriers, engine.random);
  for (let attempt = 1; ; attempt++) {
    try {
      assertWithinLimit(place.stateInput, `the input of the state '${stateName}'`);
      const output = await attemptOnce(plan, input, place, attempt);
      assertWithinLimit(output, `the result of the state '${stateName}'`);
      return output;
    } catch (caught) {
      scope.signal.throwIfAborted();
      const error = toStateError(caught);
      const retryInSeconds = retryAfter(error.name);
      scope.record({
        type: FAILURE_EVENTS[plan.kind],
        stateName,
        resource: plan.kind === 'call' ? plan.resource : plan.kind,
        attempt,
        error: error.name,
        cause: error.message,
        ...(retryInSeconds !== undefined && { retryInSeconds }),
      });
      if (retryInSeconds === undefined) throw error.before(plan.catchers);
      await work.parked(
        engine.clock.waitUntil(new Date(engine.clock.now().getTime() + retryInSeconds * 1000), {
          signal: scope.signal,
          label: `retry of ${stateName}`,
        }),
      );
    }
  }
}

async function attemptOnce(
  plan: AttemptedPlan,
  input: Json,
  place: TaskPlace,
  attempt: number,
): Promise<Json> {
  switch (plan.kind) {
    case 'call': {
      const { scope, stateName } = place;
      const about = { stateName, resource: plan.resource, attempt };
      scope.record({ type: 'TaskScheduled', ...about });
      const output = await runCall(plan, input, place);
      scope.record({ type: 'TaskSucceeded', ...about, output });
      return output;
    }
    case 'map':
      return runMap(plan, input, place);
    case 'parallel':
      return runParallel(plan, input, place);
  }
}
