import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { StoreRecord } from '../stores/store.ts';

/** Of Lambda's 512 MB. A record takes some 60 bytes, most of them its version id and ETag: about 6 million fit. */
const SPOOL_BYTES = 384 * 1024 ** 2;

/** Pages of records on the disk of this invocation, so that what was listed once need not be listed again to be removed. */
export interface PageSpool extends AsyncDisposable {
  /** Keeps a page for one part, behind those before it. From the first page that does not fit, no more is kept. */
  write(part: number, page: readonly StoreRecord[]): Promise<void>;
  /** Notes that the part has been listed to its end. */
  close(part: number): void;
  /**
   * What is kept of a part, in order.
   * @returns whether that is all of it
   */
  read(part: number): AsyncGenerator<readonly StoreRecord[], boolean>;
}

interface Extent {
  readonly position: number;
  readonly length: number;
}

interface SpooledPart {
  readonly extents: Extent[];
  whole: boolean;
}

/** Opens an empty spool. Its file has no name any more, so that it is gone whenever and however the process ends. */
export async function openPageSpool(limitBytes = SPOOL_BYTES): Promise<PageSpool> {
  const file = await openUnnamedFile();
  const parts = new Map<number, SpooledPart>();
  const partAt = (part: number): SpooledPart => {
    const known = parts.get(part) ?? { extents: [], whole: false };
    parts.set(part, known);
    return known;
  };
  let end = 0;
  let full = false;
  return {
    async write(part, page) {
      const bytes = deflateRawSync(JSON.stringify(page), { level: 1 });
      full ||= end + bytes.length > limitBytes;
      if (full) return;
      await file.appendFile(bytes);
      partAt(part).extents.push({ position: end, length: bytes.length });
      end += bytes.length;
    },
    close(part) {
      partAt(part).whole = !full;
    },
    async *read(part) {
      const { extents, whole } = partAt(part);
      for (const { position, length } of extents) {
        const { buffer } = await file.read(Buffer.alloc(length), 0, length, position);
        yield JSON.parse(inflateRawSync(buffer).toString()) as StoreRecord[];
      }
      return whole;
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

async function openUnnamedFile(): Promise<FileHandle> {
  const directory = await mkdtemp(path.join(tmpdir(), 'purge-'));
  try {
    return await open(path.join(directory, 'pages'), 'wx+');
  } finally {
    await rm(directory, { recursive: true });
  }
}
