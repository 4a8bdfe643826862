import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bag } from './open-bag.ts';
import { quote } from './reporter.ts';
import { RestoreError } from './restore-error.ts';
import { FOLDER_MODE, writeWhole } from './whole-file.ts';

const PLANE_JSON = 'plane.json';
/** What a restore leaves that was ended while it claimed the folder. */
const PARTIAL = `${PLANE_JSON}.part`;

/**
 * A folder holds one archive and nothing else, so that what is in it can be told from what is not, and nobody's files are
 * written over. So it is new, or empty, or has the `plane.json` of this archive.
 * @returns whether an earlier restore has claimed it for this archive
 * @throws RestoreError saying what is in the way
 */
export async function assertClaimable(folder: string, { planeJson }: Bag): Promise<boolean> {
  const names = await namesIn(folder);
  if (names.includes(PLANE_JSON)) {
    if ((await readFile(join(folder, PLANE_JSON), 'utf8')) === planeJson) return true;
    throw new RestoreError(`${folder} holds what was restored of another archive`);
  }
  const foreign = names.find((name) => name !== PARTIAL);
  if (foreign !== undefined)
    throw new RestoreError(
      `${folder} holds ${quote(foreign)}, which no restore of this archive has put there: take another folder`,
    );
  return false;
}

/**
 * Puts the bag's `plane.json` into the folder: what its stores were. A folder that is made here is its owner's only:
 * documents keep no permissions in an archive.
 * @throws RestoreError saying what is in the way
 */
export async function claimFolder(folder: string, bag: Bag): Promise<void> {
  if (await assertClaimable(folder, bag)) return;
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  await writeWhole(join(folder, PLANE_JSON), onePiece(bag.planeJson));
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') throw new RestoreError(`${folder} is not a folder`, { cause: error });
    throw error;
  }
}

async function* onePiece(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
