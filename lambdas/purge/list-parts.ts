import type { ScopePart } from '../core/scope.ts';
import { codeOf, type Problem } from './destroy-part.ts';
import { measurePart, type PurgeTarget } from './measure-scope.ts';

export interface PartsListing {
  readonly found: readonly ScopePart[];
  /** Parts that could not be listed: what they hold is unknown, and unknown is not nothing. */
  readonly problems: readonly Problem[];
}

/** Counts every part by a listing of its own. One that cannot be listed hides none of the others. */
export async function listParts(targets: readonly PurgeTarget[]): Promise<PartsListing> {
  const found: ScopePart[] = [];
  const problems: Problem[] = [];
  for (const target of targets)
    try {
      found.push(await measurePart(target));
    } catch (error) {
      problems.push({ kind: target.kind, ref: target.ref, code: codeOf(error) });
    }
  return { found, problems };
}

/** Looks once more for uploads: S3 may take a part that was on its way when its upload was aborted. */
export async function listUploads(targets: readonly PurgeTarget[]): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const { kind, ref, store } of targets)
    try {
      const left = await store.abortUploads();
      if (left > 0) problems.push({ kind, ref, code: 'UploadInProgress' });
    } catch (error) {
      problems.push({ kind, ref, code: codeOf(error) });
    }
  return problems;
}
