import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Writes the code of a function into a directory of its own. */
export async function writeBundle(code: string): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'bundle-'));
  await writeFile(path.join(directory, 'index.mjs'), code);
  return directory;
}
