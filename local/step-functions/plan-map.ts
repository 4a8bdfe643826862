import { type AslMachine, type AslState, type Json, UnsupportedDefinition } from './asl.ts';
import { rewriteTemplate, type StateReference } from './context-paths.ts';
import type { DistributedPlan, MapPlan, RunnableMachine } from './task-plan.ts';

/** Of an inline map: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html */
const INLINE_MAX_CONCURRENCY = 40;
/** AWS runs up to 10,000 children of a distributed map at once; here more would only queue for two processors. */
const DISTRIBUTED_MAX_CONCURRENCY = 64;
const INPUT_TYPES = ['JSON', 'JSONL'];

export function planMap(
  state: AslState,
  reference: StateReference,
  rewrite: (machine: AslMachine) => RunnableMachine,
): MapPlan {
  const processor = state.ItemProcessor ?? state.Iterator;
  if (!processor) throw new UnsupportedDefinition(`${reference.name}: has no ItemProcessor`);
  const isDistributed = processor.ProcessorConfig?.Mode === 'DISTRIBUTED';
  const limit = isDistributed ? DISTRIBUTED_MAX_CONCURRENCY : INLINE_MAX_CONCURRENCY;
  const itemSelector = state.ItemSelector ?? state.Parameters;
  return {
    kind: 'map',
    processor: rewrite(processor),
    ...(state.ItemsPath !== undefined && { itemsPath: state.ItemsPath }),
    ...(itemSelector !== undefined && { itemSelector }),
    maxConcurrency: Math.min(state.MaxConcurrency || limit, limit),
    ...(isDistributed && { distributed: planDistributed(state, reference) }),
  };
}

function planDistributed(state: AslState, reference: StateReference): DistributedPlan {
  const { ItemReader: reader, ItemBatcher: batcher, ResultWriter: writer } = state;
  const rewrite = (template: Json) => rewriteTemplate(template, reference);
  if (reader) {
    const { InputType = 'JSON' } = reader.ReaderConfig ?? {};
    if (!reader.Resource.endsWith(':s3:getObject') || !INPUT_TYPES.includes(InputType))
      throw new UnsupportedDefinition(
        `${reference.name}: items are read by s3:getObject as ${INPUT_TYPES.join(' or ')}, not by ${reader.Resource} as ${InputType}`,
      );
  }
  return {
    label: state.Label ?? reference.name.replaceAll(/\W/g, '').slice(0, 40),
    ...(reader && { reader: { ...reader, Parameters: rewrite(reader.Parameters) } }),
    ...(batcher && {
      batcher: {
        ...batcher,
        ...(batcher.BatchInput !== undefined && { BatchInput: rewrite(batcher.BatchInput) }),
      },
    }),
    ...(writer?.Parameters !== undefined && {
      writer: { ...writer, Parameters: rewrite(writer.Parameters) },
    }),
    toleratedFailurePercentage: state.ToleratedFailurePercentage ?? 0,
    toleratedFailureCount: state.ToleratedFailureCount ?? 0,
  };
}
