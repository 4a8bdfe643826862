import type { ItemBatcher, Json } from './asl.ts';
import { MAX_DATA_BYTES } from './data-limit.ts';

/** Groups items into the inputs of child executions: `{Items, BatchInput?}`. */
export function batchItems(
  items: readonly Json[],
  {
    MaxItemsPerBatch = Number.POSITIVE_INFINITY,
    MaxInputBytesPerBatch = MAX_DATA_BYTES,
  }: ItemBatcher,
  batchInput: Json | undefined,
): readonly Json[] {
  const batches: Json[][] = [];
  let bytes = 0;
  for (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item)) + 1;
    const last = batches.at(-1);
    if (!last || last.length >= MaxItemsPerBatch || bytes + size > MaxInputBytesPerBatch) {
      batches.push([item]);
      bytes = size;
    } else {
      last.push(item);
      bytes += size;
    }
  }
  return batches.map((Items) => ({
    Items,
    ...(batchInput !== undefined && { BatchInput: batchInput }),
  }));
}
