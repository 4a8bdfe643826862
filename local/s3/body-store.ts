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

export function createBodyStore(directory: string): BodyStore {
  const folder = mkdtempSync(join(directory, 's3-'));
  let fileCount = 0;
  return {
    async store(source, memoryBytes) {
      const chunks: Buffer[] = [];
      let size = 0;
      let file: { path: string; handle: FileHandle } | undefined;
      try {
        for await (const chunk of source) {
          chunks.push(chunk);
          size += chunk.length;
          if (size <= memoryBytes) continue;
          if (file === undefined) {
            fileCount += 1;
            const path = join(folder, String(fileCount));
            file = { path, handle: await open(path, 'wx') };
          }
          await writeAll(file.handle, chunks.splice(0));
        }
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

async function writeAll(handle: FileHandle, chunks: readonly Buffer[]): Promise<void> {
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      at += (await handle.write(chunk, at)).bytesWritten;
    }
  }
}
