import { sizeText } from './reporter.ts';
import { RestoreError } from './restore-error.ts';

/** Bytes that the file system of a folder has left for whoever runs this. */
export type FreeBytes = (folder: string) => Promise<number>;

/**
 * Looked at before S3 is asked for anything: copies out of Deep Archive cost money and half a day.
 * @throws RestoreError when the content alone does not fit; what the file system needs beside it is not known
 */
export async function assertRoom(
  freeBytes: FreeBytes,
  folder: string,
  bytes: number,
): Promise<void> {
  const free = await freeBytes(folder);
  if (bytes > free)
    throw new RestoreError(
      `${folder} has room for ${sizeText(free)}, and ${sizeText(bytes)} are to be written: nothing was asked of S3`,
    );
}
