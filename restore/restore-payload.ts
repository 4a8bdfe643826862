import { join } from 'node:path';
import { inParallel } from '../lambdas/stores/in-parallel.ts';
import { type ByteCursor, byteCursor } from './byte-cursor.ts';
import { isWholeItems, itemLines, sizeOfLines } from './item-lines.ts';
import type { Bag } from './open-bag.ts';
import type { Member, PayloadContent } from './payload-content.ts';
import { quote } from './reporter.ts';
import { DamageError } from './restore-error.ts';
import { itemsFile, restoredFile } from './restored-name.ts';
import { isWhole, verified, writeWhole } from './whole-file.ts';

/** More gains nothing: Node has four threads for files. */
const FILES_AT_ONCE = 8;

export interface Damage {
  readonly message: string;
  /** Files that the folder lacks because of it, relative to the folder. */
  readonly withheld: readonly string[];
}

export interface PayloadTarget {
  readonly bag: Bag;
  readonly folder: string;
  /** Told of every document, and of the items of a payload at once, when they have been written. */
  readonly onRestored: (count: number, bytes: number) => void;
}

export interface MissingFile {
  /** Relative to the folder. */
  readonly file: string;
  readonly bytes: number;
}

/** Files of the payload that no earlier run has left in the folder whole. */
export async function missingFiles(
  folder: string,
  payload: PayloadContent,
): Promise<readonly MissingFile[]> {
  if (payload.kind === 'items') {
    const file = fileOfItems(payload);
    return (await isWholeItems(join(folder, file), payload.members))
      ? []
      : [{ file, bytes: sizeOfLines(payload.members) }];
  }
  const files = await inParallel(
    payload.members,
    FILES_AT_ONCE,
    async ({ store, record, place }) => {
      const file = restoredFile(store, record);
      return (await isWhole(join(folder, file), record.size, place.sha256))
        ? []
        : [{ file, bytes: record.size }];
    },
  );
  return files.flat();
}

/**
 * Reads a payload from its first byte to its last, checks the whole against the manifest and each member against the index,
 * and writes what the folder lacks.
 * @returns what is damaged; everything else has been restored
 */
export async function restorePayload(
  target: PayloadTarget,
  payload: PayloadContent,
): Promise<readonly Damage[]> {
  const { bag, folder } = target;
  const missing = new Set((await missingFiles(folder, payload)).map(({ file }) => file));
  const sha256 = bag.payloads.get(payload.path);
  if (sha256 === undefined)
    return [{ message: `the manifest does not name ${payload.path}`, withheld: [...missing] }];
  const cursor = byteCursor(
    verified(bag.files.read(payload.path), sha256, payload.path),
    payload.path,
  );
  const damages: Damage[] = [];
  try {
    if (payload.kind === 'items') {
      const file = fileOfItems(payload);
      await writeWhole(join(folder, file), wholePayload(cursor, payload.members));
      target.onRestored(payload.members.length, sizeOf(payload.members));
      missing.delete(file);
    } else {
      for (const member of payload.members)
        damages.push(...(await restoreObject(target, cursor, member, missing)));
      await cursor.drain();
    }
  } catch (error) {
    if (!(error instanceof DamageError)) throw error;
    damages.push({ message: error.message, withheld: [...missing] });
  } finally {
    await cursor.close();
  }
  return damages;
}

/** @throws DamageError when the payload itself ends too early: nothing behind this member can be read then */
async function restoreObject(
  { folder, onRestored }: PayloadTarget,
  cursor: ByteCursor,
  { store, record, place }: Member<Extract<Member['record'], { kind: 'object' }>>,
  missing: Set<string>,
): Promise<readonly Damage[]> {
  const file = restoredFile(store, record);
  if (!missing.has(file)) return [];
  await cursor.skipTo(place.offset);
  const what = `document ${quote(record.key)}, version ${record.versionId}, in ${place.payload}`;
  try {
    await writeWhole(join(folder, file), verified(cursor.take(place.length), place.sha256, what));
  } catch (error) {
    const readWhole = cursor.position === place.offset + place.length;
    if (!(error instanceof DamageError && readWhole)) throw error;
    missing.delete(file);
    return [{ message: error.message, withheld: [file] }];
  }
  missing.delete(file);
  onRestored(1, place.length);
  return [];
}

/** Ends only when the last byte of the payload has been checked, so that nothing is written of a damaged one. */
async function* wholePayload(
  cursor: ByteCursor,
  items: Parameters<typeof itemLines>[1],
): AsyncGenerator<Buffer> {
  yield* itemLines(cursor, items);
  await cursor.drain();
}

function fileOfItems({ path, members }: PayloadContent): string {
  return itemsFile(members[0]?.store ?? 0, path);
}

function sizeOf(members: readonly Member[]): number {
  return members.reduce((sum, { record }) => sum + record.size, 0);
}
