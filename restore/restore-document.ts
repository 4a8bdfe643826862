import { join } from 'node:path';
import type { DocumentChoice } from './arguments.ts';
import { assertRoom } from './assert-room.ts';
import { type CopyWork, readableInTurn } from './await-copies.ts';
import { claimFolder } from './claim-folder.ts';
import { findEntries } from './find-entries.ts';
import { unpackItem } from './item-lines.ts';
import { type Bag, collect } from './open-bag.ts';
import type { Member } from './payload-content.ts';
import { pickDocument } from './pick-document.ts';
import { quote } from './reporter.ts';
import { DamageError } from './restore-error.ts';
import { restoredFile } from './restored-name.ts';
import { isWhole, verified, writeWhole } from './whole-file.ts';

/**
 * Restores one version of one document, or one item, and reads no more of the payload than that.
 * @returns the file; undefined when S3 has not made the payload readable yet
 * @throws DamageError naming what is not the one that was archived
 */
export async function restoreDocument(
  bag: Bag,
  choice: DocumentChoice,
  folder: string,
  copies: CopyWork,
): Promise<string | undefined> {
  const { store, record, place } = pickDocument(
    bag,
    await findEntries(bag, choice, copies.reporter),
    choice,
  );
  if (!place || record.kind === 'delete-marker')
    throw new DamageError(`the index does not say where ${quote(record.key)} lies`);
  const file = join(folder, restoredFile(store, record));
  // Only now: a key that is not in the archive leaves no folder behind.
  await claimFolder(folder, bag);
  if (await isWhole(file, record.size, place.sha256)) return file;
  await assertRoom(copies.freeBytes, folder, record.size);
  // Nothing has to be read for a document of no bytes, so nothing has to be waited for.
  if (place.length > 0 && !(await isReadable(copies, place.payload))) return undefined;
  await writeWhole(file, content(bag, { store, record, place }));
  return file;
}

async function isReadable(copies: CopyWork, payload: string): Promise<boolean> {
  const turns = readableInTurn(copies, [payload]);
  return !(await turns.next()).done;
}

async function* content(bag: Bag, { record, place }: Member): AsyncGenerator<Buffer> {
  const { payload, offset, length, sha256 } = place;
  const range = () => bag.files.read(payload, { offset, length });
  if (record.kind === 'item') {
    yield await unpackItem(await collect(range()), { record, place });
    return;
  }
  const what = `document ${quote(record.key)}, version ${record.versionId}, in ${payload}`;
  yield* verified(length === 0 ? nothing() : range(), sha256, what);
}

async function* nothing(): AsyncGenerator<Buffer> {}
