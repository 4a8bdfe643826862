import type { ArchiveData } from '../lambdas/core/ledger-state.ts';
import { inParallel } from '../lambdas/stores/in-parallel.ts';
import { assertRoom } from './assert-room.ts';
import { type CopyWork, readableInTurn } from './await-copies.ts';
import { claimFolder } from './claim-folder.ts';
import type { Bag } from './open-bag.ts';
import { payloadsOf } from './payload-content.ts';
import { sizeText } from './reporter.ts';
import { DamageError } from './restore-error.ts';
import { type Damage, missingFiles, restorePayload } from './restore-payload.ts';
import { writeRestoredIndex } from './restored-index.ts';

const PARTS_AT_ONCE = 4;
/** Of one part. Together 16 streams, of the 50 sockets that the SDK opens at most. */
const PAYLOADS_AT_ONCE = 4;

export interface PlaneOutcome {
  /** Payloads that S3 has not made readable yet. The folder has no index then. */
  readonly notYet: number;
  readonly damages: readonly Damage[];
  readonly restored: number;
  readonly restoredBytes: number;
  readonly objectCount: number;
  readonly deleteMarkerCount: number;
}

/**
 * Restores everything a bag holds. What the folder has already is kept, so a run that broke off goes on; what is damaged
 * is left out and reported, and everything else is restored all the same.
 */
export async function restorePlane(
  bag: Bag,
  archive: ArchiveData,
  folder: string,
  copies: CopyWork,
): Promise<PlaneOutcome> {
  const { reporter } = copies;
  await claimFolder(folder, bag);
  const survey = await surveyBag(bag, archive, folder, reporter);
  await assertRoom(copies.freeBytes, folder, survey.missingBytes);
  let [restored, restoredBytes] = [0, 0];
  const onRestored = (count: number, bytes: number) => {
    restored += count;
    restoredBytes += bytes;
    reporter.progress(
      () =>
        `restored ${restored} object(s) so far, ${sizeText(restoredBytes)} of ${sizeText(survey.missingBytes)}`,
    );
  };
  const damages = [...survey.damages];
  const turns = readableInTurn(copies, [...survey.missing.keys()]);
  let turn = await turns.next();
  for (; !turn.done; turn = await turns.next()) {
    // A part may describe thousands of payloads: it is read once for all of them.
    const parts = [...Map.groupBy(turn.value, (path) => survey.missing.get(path) ?? '')];
    const found = await inParallel(parts, PARTS_AT_ONCE, async ([indexPath, paths]) => {
      const readable = new Set(paths);
      const payloads = payloadsOf(await bag.readIndex(indexPath));
      return inParallel(
        payloads.filter(({ path }) => readable.has(path)),
        PAYLOADS_AT_ONCE,
        (payload) => restorePayload({ bag, folder, onRestored }, payload),
      );
    });
    for (const damage of found.flat(2)) damages.push(damage);
  }
  if (turn.value === 0) {
    const withheld = new Set(damages.flatMap((damage) => damage.withheld));
    await writeRestoredIndex(folder, bag, survey.indexPaths, withheld);
  }
  const { objectCount, deleteMarkerCount } = survey;
  return { notYet: turn.value, damages, restored, restoredBytes, objectCount, deleteMarkerCount };
}

interface Survey {
  /** Parts of the index that are what was sealed. */
  readonly indexPaths: readonly string[];
  /** Payloads that hold what the folder lacks, with the part of the index that describes each. */
  readonly missing: ReadonlyMap<string, string>;
  readonly missingBytes: number;
  readonly damages: readonly Damage[];
  readonly objectCount: number;
  readonly deleteMarkerCount: number;
}

/** Holds index, manifest and ledger against one another, and the folder against the index. Memory holds one part at a time. */
async function surveyBag(
  bag: Bag,
  archive: ArchiveData,
  folder: string,
  reporter: CopyWork['reporter'],
): Promise<Survey> {
  const indexPaths: string[] = [];
  const missing = new Map<string, string>();
  const damages: Damage[] = [];
  const unnamed = new Set(bag.payloads.keys());
  let [objectCount, deleteMarkerCount, missingBytes] = [0, 0, 0];
  for (const indexPath of bag.indexPaths) {
    try {
      const entries = await bag.readIndex(indexPath);
      indexPaths.push(indexPath);
      for (const { record } of entries)
        if (record.kind === 'delete-marker') deleteMarkerCount += 1;
        else objectCount += 1;
      for (const payload of payloadsOf(entries)) {
        unnamed.delete(payload.path);
        const files = await missingFiles(folder, payload);
        if (files.length > 0) missing.set(payload.path, indexPath);
        for (const { bytes } of files) missingBytes += bytes;
      }
    } catch (error) {
      if (!(error instanceof DamageError)) throw error;
      damages.push({ message: error.message, withheld: [] });
    }
    reporter.progress(() => `read ${indexPaths.length} of ${bag.indexPaths.length} index part(s)`);
  }
  if (damages.length === 0) {
    if (objectCount !== archive.objectCount)
      damages.push({
        message: `the index names ${objectCount} object(s), the ledger ${archive.objectCount}`,
        withheld: [],
      });
    for (const path of unnamed)
      damages.push({ message: `no part of the index names ${path}`, withheld: [] });
  }
  return { indexPaths, missing, missingBytes, damages, objectCount, deleteMarkerCount };
}
