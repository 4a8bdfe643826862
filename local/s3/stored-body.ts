import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';

/** An immutable file that lives as long as something refers to it. */
export interface SharedFile {
  readonly path: string;
  references: number;
}

export type Segment =
  | { readonly bytes: Buffer; readonly length: number }
  | { readonly file: SharedFile; readonly start: number; readonly length: number };

/**
 * The bytes of an object or a part: slices of buffers and files, in order. Copies and completed multipart uploads
 * share the slices of their sources, so neither moves a byte. Whoever keeps a body holds one reference to it.
 */
export type StoredBody = readonly Segment[];

export function retainBody(body: StoredBody): void {
  for (const segment of body) if ('file' in segment) segment.file.references += 1;
}

/** Gives one reference back; a file goes with its last one. */
export async function releaseBody(body: StoredBody): Promise<void> {
  for (const segment of body) {
    if (!('file' in segment)) continue;
    segment.file.references -= 1;
    if (segment.file.references === 0) await rm(segment.file.path);
  }
}

/** Bytes `start` (inclusive) to `end` (exclusive) of a body. A slice holds no reference before it is retained. */
export function sliceBody(body: StoredBody, start: number, end: number): StoredBody {
  const slice: Segment[] = [];
  let at = 0;
  for (const segment of body) {
    const from = Math.max(start - at, 0);
    const to = Math.min(end - at, segment.length);
    if (from < to) {
      slice.push(
        'file' in segment
          ? { file: segment.file, start: segment.start + from, length: to - from }
          : { bytes: segment.bytes.subarray(from, to), length: to - from },
      );
    }
    at += segment.length;
  }
  return slice;
}

/** Bytes `start` (inclusive) to `end` (exclusive) of a body when one buffer holds them all. */
export function bytesInMemory(body: StoredBody, start: number, end: number): Buffer | undefined {
  const [only, ...others] = sliceBody(body, start, end);
  return only && 'bytes' in only && others.length === 0 ? only.bytes : undefined;
}

/** Read size of files: large enough that a 256 MB body costs some 250 reads. */
const READ_BYTES = 1024 * 1024;

/** Streams a part of a body. The reader holds a reference of its own, so that a deletion meanwhile takes no byte away. */
export async function* readBody(
  body: StoredBody,
  start: number,
  end: number,
): AsyncGenerator<Buffer, void> {
  for (const segment of sliceBody(body, start, end)) {
    if ('file' in segment) {
      yield* createReadStream(segment.file.path, {
        start: segment.start,
        end: segment.start + segment.length - 1,
        highWaterMark: READ_BYTES,
      });
    } else {
      yield segment.bytes;
    }
  }
}
