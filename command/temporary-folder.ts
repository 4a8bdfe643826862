import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from './at-exit.ts';

/** Goes with its scope, or with the process when that ends first. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

/** Processes that were just killed may still finish a write. */
const REMOVE = { recursive: true, force: true, maxRetries: 3 } as const;

/** @param name what the folder's name begins with, under the system's folder for temporary files */
export async function makeTemporaryFolder(name: string): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), `${name}-`));
  const keep = atExit(() => rmSync(path, REMOVE));
  return {
    path,
    async [Symbol.asyncDispose]() {
      await rm(path, REMOVE);
      keep();
    },
  };
}
