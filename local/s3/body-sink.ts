import type { BodyStore } from './body-store.ts';
import type { PayloadSink } from './receive-payload.ts';
import { releaseBody, type StoredBody } from './stored-body.ts';

/** Whole objects up to here stay in memory. */
const MEMORY_BODY_BYTES = 1024 * 1024;

/** Takes in an object; whoever receives the body holds the one reference to it. */
export function objectSink(bodies: BodyStore): PayloadSink<StoredBody> {
  return { keep: (source) => bodies.store(source, MEMORY_BODY_BYTES), discard: releaseBody };
}

/** Takes in a part, always in a file: ten thousand of them, joined, are one body. */
export function partSink(bodies: BodyStore): PayloadSink<StoredBody> {
  return { keep: (source) => bodies.store(source, 0), discard: releaseBody };
}
