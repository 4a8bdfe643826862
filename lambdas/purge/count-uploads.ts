import { codeOf, type Problem } from './problem.ts';
import { isPlaceAbsent, type PurgeTarget } from './purge-targets.ts';

/** @returns why they could not be counted, if so; a bucket that does not exist has none */
export async function countUploads(target: PurgeTarget): Promise<number | Problem> {
  try {
    return await target.store.countUploads();
  } catch (error) {
    if (isPlaceAbsent(target, error)) return 0;
    return { kind: target.kind, ref: target.ref, code: codeOf(error) };
  }
}
