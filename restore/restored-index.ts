import { join } from 'node:path';
import type { IndexEntry } from '../lambdas/core/archive-index.ts';
import type { Bag } from './open-bag.ts';
import { itemsFile, restoredFile } from './restored-name.ts';
import { writeWhole } from './whole-file.ts';

const RESTORED_INDEX = 'index.jsonl';

/**
 * Writes which record is in which file: one JSON line for every version, delete marker and item, in the order of the bag.
 * @param withheld files that are not there, because what they would hold is damaged
 */
export async function writeRestoredIndex(
  folder: string,
  bag: Bag,
  indexPaths: readonly string[],
  withheld: ReadonlySet<string>,
): Promise<void> {
  async function* lines(): AsyncGenerator<Buffer> {
    for (const path of indexPaths) {
      const entries = await bag.readIndex(path);
      let item = 0;
      const texts = entries.map((entry) => {
        if (entry.record.kind === 'item') item += 1;
        return `${JSON.stringify(restoredEntry(entry, item, withheld))}\n`;
      });
      yield Buffer.from(texts.join(''));
    }
  }
  await writeWhole(join(folder, RESTORED_INDEX), lines());
}

/** @param line of an item in its file, from 1 */
function restoredEntry(
  { store, record, place, properties }: IndexEntry,
  line: number,
  withheld: ReadonlySet<string>,
): object {
  if (record.kind === 'delete-marker' || !place) return { store, ...record };
  const file =
    record.kind === 'item' ? itemsFile(store, place.payload) : restoredFile(store, record);
  return {
    store,
    ...record,
    sha256: place.sha256,
    ...(properties && { properties }),
    ...(withheld.has(file) ? { damaged: true } : { file, ...(record.kind === 'item' && { line }) }),
  };
}
