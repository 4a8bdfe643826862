import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bag } from './open-bag.ts';
import { RestoreError } from './restore-error.ts';
import { writeWhole } from './whole-file.ts';

const PLANE_JSON = 'plane.json';

/**
 * Puts the bag's `plane.json` into the folder: what its stores were. A folder holds one archive, so that what is in it
 * can be told from what is not.
 * @throws RestoreError when the folder holds another
 */
export async function claimFolder(folder: string, { planeJson }: Bag): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, PLANE_JSON);
  const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (before === planeJson) return;
  if (before !== undefined)
    throw new RestoreError(`${folder} holds what was restored of another archive`);
  await writeWhole(file, onePiece(planeJson));
}

async function* onePiece(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
