import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Json } from './asl.ts';
import { batchItems } from './batch-items.ts';
import { RUNTIME, StateError } from './error-names.ts';
import { readItems } from './read-items.ts';
import { evaluatePath, evaluateTemplate } from './run-context.ts';
import { runMachine } from './run-machine.ts';
import type { TaskPlace } from './run-plan.ts';
import type { DistributedPlan, MapPlan, ParallelPlan } from './task-plan.ts';
import { toStateError } from './work.ts';
import { writeResults } from './write-results.ts';

const THRESHOLD_EXCEEDED = 'States.ExceedToleratedFailureThreshold';

export type ItemOutcome =
  | { readonly input: Json; readonly output: Json }
  | { readonly input: Json; readonly error: StateError };

/** All branches at once; the first failure ends the others and is the state's. */
export async function runParallel(
  plan: ParallelPlan,
  input: Json,
  place: TaskPlace,
): Promise<Json> {
  const { engine, scope } = place;
  return runAll(place, plan.branches, plan.branches.length, (branch, _index, signal) =>
    runMachine(engine, branch, input, { ...scope, signal }),
  );
}

export async function runMap(plan: MapPlan, input: Json, place: TaskPlace): Promise<Json> {
  const items = await collectItems(plan, input, place);
  if (plan.distributed) return runDistributed(plan, plan.distributed, items, input, place);
  const { engine, scope, stateName } = place;
  const inputs = await selectInputs(plan, items, input, place);
  return runAll(place, inputs, plan.maxConcurrency, async (itemInput, index, signal) => {
    scope.record({ type: 'MapIterationStarted', stateName, index });
    const mapItem = { Index: index, Value: items[index] ?? null };
    const output = await runMachine(engine, plan.processor, itemInput, {
      ...scope,
      signal,
      mapItem,
    });
    scope.record({ type: 'MapIterationSucceeded', stateName, index });
    return output;
  });
}

/** Each item, or batch of items, in an execution of its own; so many may fail as the state tolerates. */
async function runDistributed(
  plan: MapPlan,
  distributed: DistributedPlan,
  items: readonly Json[],
  input: Json,
  place: TaskPlace,
): Promise<Json> {
  const { engine, scope, stateName, context } = place;
  const { batcher, label, writer } = distributed;
  const mapRunId = randomUUID();
  const selected = await selectInputs(plan, items, input, place);
  const batchInput =
    batcher?.BatchInput && (await evaluateTemplate(batcher.BatchInput, input, context));
  const inputs = batcher ? batchItems(selected, batcher, batchInput) : selected;
  let failures = 0;
  const outcomes = await runAll(
    place,
    inputs,
    plan.maxConcurrency,
    async (itemInput, index, signal): Promise<ItemOutcome> => {
      scope.record({ type: 'MapIterationStarted', stateName, index });
      const child = { parent: scope, mapRunId, label, index, machine: plan.processor, signal };
      try {
        const output = await engine.runChild({ ...child, input: itemInput });
        scope.record({ type: 'MapIterationSucceeded', stateName, index });
        return { input: itemInput, output };
      } catch (error) {
        signal.throwIfAborted();
        failures += 1;
        scope.record({ type: 'MapIterationFailed', stateName, index });
        if (!isTolerated(failures, inputs.length, distributed))
          throw new StateError(
            THRESHOLD_EXCEEDED,
            `The specified tolerated failure threshold was exceeded: ${failures} of ${inputs.length} failed, the last with ${describe(error)}`,
          );
        return { input: itemInput, error: toStateError(error) };
      }
    },
  );
  if (writer?.Parameters) {
    const target = await evaluateTemplate(writer.Parameters, input, context);
    const config = engine.clientConfig(scope.execution.roleArn);
    return writeResults(config, target, { mapRunId, label, execution: scope.execution }, outcomes);
  }
  return outcomes.flatMap((outcome) => ('output' in outcome ? [outcome.output] : []));
}

async function collectItems(
  plan: MapPlan,
  input: Json,
  place: TaskPlace,
): Promise<readonly Json[]> {
  const { engine, scope, context } = place;
  const reader = plan.distributed?.reader;
  if (reader) {
    const source = await evaluateTemplate(reader.Parameters, input, context);
    return readItems(engine.clientConfig(scope.execution.roleArn), source, reader.ReaderConfig);
  }
  const items = plan.itemsPath ? await evaluatePath(plan.itemsPath, input, context) : input;
  if (Array.isArray(items)) return items;
  throw new StateError(RUNTIME, `the items of ${place.stateName} are not an array`);
}

async function selectInputs(
  plan: MapPlan,
  items: readonly Json[],
  input: Json,
  place: TaskPlace,
): Promise<readonly Json[]> {
  const { itemSelector } = plan;
  if (itemSelector === undefined) return items;
  return Promise.all(
    items.map((Value, Index) =>
      evaluateTemplate(itemSelector, input, { ...place.context, Map: { Item: { Index, Value } } }),
    ),
  );
}

function isTolerated(failures: number, total: number, plan: DistributedPlan): boolean {
  const { toleratedFailureCount: count, toleratedFailurePercentage: percentage } = plan;
  if (count === 0 && percentage === 0) return false;
  const withinCount = count === 0 || failures <= count;
  const withinPercentage = percentage === 0 || (failures / total) * 100 <= percentage;
  return withinCount && withinPercentage;
}

/**
 * Runs one for each, at most so many at once. On the first failure the others are ended, and have ended when it is
 * thrown. The state itself is not at work meanwhile: what it runs is.
 */
async function runAll<T, Result>(
  { scope, work }: TaskPlace,
  inputs: readonly T[],
  concurrency: number,
  run: (input: T, index: number, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  const ending = new AbortController();
  const signal = AbortSignal.any([scope.signal, ending.signal]);
  setMaxListeners(0, signal); // each of them listens
  const results: Result[] = [];
  const queue = inputs.entries();
  const runQueue = async () => {
    for (const [index, input] of queue) {
      signal.throwIfAborted();
      results[index] = await run(input, index, signal);
    }
  };
  let firstFailure: { readonly error: StateError } | undefined;
  const workers = Array.from({ length: Math.min(concurrency, inputs.length) }, () =>
    runQueue().catch((error: unknown) => {
      firstFailure ??= { error: toStateError(error) };
      ending.abort(firstFailure.error.uncatchable());
    }),
  );
  await work.parked(Promise.all(workers));
  if (firstFailure) throw firstFailure.error;
  return results;
}

function describe(error: unknown): string {
  const { name, message } = toStateError(error);
  return `${name}: ${message}`;
}
