import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bag } from './open-bag.ts';
import { quote } from './reporter.ts';
import { RestoreError } from './restore-error.ts';
import { writeWhole } from './whole-file.ts';

const PLANE_JSON = 'plane.json';
/** What a restore writes beside `plane.json`, and would overwrite. */
const OUR_NAMES = /^(index\.jsonl|store-\d+)$/;

/**
 * Puts the bag's `plane.json` into the folder: what its stores were. A folder holds one archive, so that what is in it
 * can be told from what is not. A folder that is made here is its owner's only: documents keep no permissions in an archive.
 * @throws RestoreError when the folder holds another, or holds under a name of ours what is not
 */
export async function claimFolder(folder: string, { planeJson }: Bag): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, PLANE_JSON);
  const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (before === planeJson) return;
  if (before !== undefined)
    throw new RestoreError(`${folder} holds what was restored of another archive`);
  const foreign = (await readdir(folder)).find((name) => OUR_NAMES.test(name));
  if (foreign !== undefined)
    throw new RestoreError(
      `${folder} holds ${quote(foreign)}, which no restore has put there: take another folder`,
    );
  await writeWhole(file, onePiece(planeJson));
}

async function* onePiece(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
