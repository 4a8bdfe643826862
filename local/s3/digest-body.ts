import { createHasher, type DigestAlgorithm } from './checksum.ts';
import { readBody, type StoredBody } from './stored-body.ts';

/** Digests of bytes `start` (inclusive) to `end` (exclusive) of a body, in one streaming pass; none asked, none read. The caller holds a reference. */
export async function digestBody(
  body: StoredBody,
  start: number,
  end: number,
  algorithms: readonly DigestAlgorithm[],
): Promise<ReadonlyMap<DigestAlgorithm, Buffer>> {
  const hashers = new Map(algorithms.map((name) => [name, createHasher(name)]));
  if (hashers.size > 0) {
    for await (const chunk of readBody(body, start, end)) {
      for (const hasher of hashers.values()) hasher.update(chunk);
    }
  }
  return new Map(Array.from(hashers, ([name, hasher]) => [name, hasher.digest()]));
}
