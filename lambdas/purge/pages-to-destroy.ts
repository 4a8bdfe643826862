import type { CountedPage, StoreRecord } from '../stores/store.ts';
import type { PageSpool } from './page-spool.ts';
import type { PurgeTarget } from './purge-targets.ts';

/**
 * Lists the parts as a purge destroys them, and keeps what it lists: the very records that are counted for the scope are
 * removed, without a second listing. A part whose listing began in an earlier invocation is not kept.
 */
export function spooledPages(spool: PageSpool, targets: readonly PurgeTarget[]) {
  return async function* (target: PurgeTarget, mark?: string): AsyncGenerator<CountedPage> {
    const part = targets.indexOf(target);
    const after = mark === undefined ? undefined : (JSON.parse(mark) as StoreRecord);
    for await (const page of target.store.inventory(after)) {
      if (!after) await spool.write(part, page);
      yield {
        count: page.length,
        records: page,
        bytes: page.reduce((sum, record) => sum + sizeOf(record), 0),
        mark: JSON.stringify(page.at(-1)),
      };
    }
    if (!after) spool.close(part);
  };
}

/**
 * What is to be destroyed of a part: what the spool has of it, and then what a listing finds behind that.
 * @param after the last record that an earlier invocation was done with
 */
export async function* pagesToDestroy(
  spool: PageSpool,
  part: number,
  { store }: PurgeTarget,
  after?: StoreRecord,
): AsyncGenerator<readonly StoreRecord[]> {
  let last = after;
  if (!after) {
    const kept = spool.read(part);
    let next = await kept.next();
    for (; !next.done; next = await kept.next()) {
      yield next.value;
      last = next.value.at(-1);
    }
    const isWhole = next.value;
    if (isWhole) return;
  }
  yield* store.inventory(last);
}

function sizeOf(record: StoreRecord): number {
  return record.kind === 'delete-marker' ? 0 : record.size;
}
