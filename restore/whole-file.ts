import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DamageError } from './restore-error.ts';

/** What an archive held is nobody's but the owner's who restored it, wherever that is. */
export const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/**
 * Writes a file under a temporary name and gives it its own only when `content` came to its end: whatever is wrong with
 * the content is thrown by it before that. What carries the name is therefore whole. Not flushed to the disk: after a
 * power cut the next run finds by the hash what has to be written again.
 */
export async function writeWhole(file: string, content: AsyncIterable<Buffer>): Promise<void> {
  const partial = `${file}.part`;
  await mkdir(dirname(file), { recursive: true, mode: FOLDER_MODE });
  try {
    await writeFile(partial, content, { mode: FILE_MODE });
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Passes content on, and throws at its end when it is not what it must be. @throws DamageError saying what it is */
export async function* verified(
  content: AsyncIterable<Buffer>,
  sha256: string,
  what: string,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of content) {
    hash.update(chunk);
    yield chunk;
  }
  const found = hash.digest('hex');
  if (found !== sha256)
    throw new DamageError(`${what} is damaged: its SHA-256 is ${found}, not ${sha256}`);
}

/** Up to here one read is faster than a stream, several times for files of a few kilobytes. */
const READ_AT_ONCE_BYTES = 1024 ** 2;

/** True when an earlier run has written exactly this. */
export async function isWhole(file: string, size: number, sha256: string): Promise<boolean> {
  if ((await fileSize(file)) !== size) return false;
  const hash = createHash('sha256');
  if (size <= READ_AT_ONCE_BYTES) hash.update(await readFile(file));
  else for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex') === sha256;
}

/** @returns undefined when there is no such file */
export async function fileSize(file: string): Promise<number | undefined> {
  try {
    const found = await stat(file);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
