import { mkdtempSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredBody } from './stored-body.ts';

export interface BodyStore {
  /**
   * Takes a body in as it arrives: in memory up to `memoryBytes`, beyond that in a file. The caller holds the one
   * reference to it. Rejects, leaving nothing behind, when the source fails.
   */
  store(source: AsyncIterable<Buffer>, memoryBytes: number): Promise<StoredBody>;
  /** Deletes every file. */
  close(): Promise<void>;
}

/** Bytes of one write to a file: a body arrives in pieces of 64 KiB, and each write costs a thread its time to wake up. */
const WRITE_BYTES = 1024 * 1024;

export function createBodyStore(directory: string): BodyStore {
  const folder = mkdtempSync(join(directory, 's3-'));
  let fileCount = 0;
  const openFile = async () => {
    fileCount += 1;
    const path = join(folder, String(fileCount));
    return { path, handle: await open(path, 'wx') };
  };
  return {
    async store(source, memoryBytes) {
      const chunks: Buffer[] = [];
      let size = 0;
      let unwritten = 0;
      let file: { path: string; handle: FileHandle } | undefined;
      const write = async () => {
        file ??= await openFile();
        unwritten = 0;
        await writeAll(file.handle, Buffer.concat(chunks.splice(0)));
      };
      try {
        for await (const chunk of source) {
          chunks.push(chunk);
          size += chunk.length;
          unwritten += chunk.length;
          if (size > memoryBytes && unwritten >= WRITE_BYTES) await write();
        }
        if (size > memoryBytes && unwritten > 0) await write();
        await file?.handle.close();
      } catch (error) {
        await file?.handle.close();
        if (file !== undefined) await rm(file.path);
        throw error;
      }
      if (file === undefined) return size === 0 ? [] : [inMemory(Buffer.concat(chunks, size))];
      return [{ file: { path: file.path, references: 1 }, start: 0, length: size }];
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

function inMemory(bytes: Buffer) {
  return { bytes, length: bytes.length };
}

async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
}
