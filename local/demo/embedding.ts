/**
 * Feature hashing (Weinberger et al. 2009): each word adds +1 or -1 to one of `DIMENSIONS` buckets chosen by its hash.
 * No model, no network, and good enough to find the right document among some hundred READMEs.
 */
const DIMENSIONS = 512;

const STOP_WORDS = new Set(
  'a an and are as at be by can do does for from how i if in is it of on or that the this to use what when which with you your'.split(
    ' ',
  ),
);

/** Unit-length embedding of a text; all zeros for a text without a single word. */
export function embed(text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? []) {
    if (STOP_WORDS.has(word)) continue;
    const hash = fnv1a(word);
    const bucket = hash % DIMENSIONS;
    // The sign bit is one the bucket does not depend on, so collisions cancel out on average.
    vector[bucket] = (vector[bucket] ?? 0) + (hash & 0x10000 ? 1 : -1);
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** Cosine similarity of two unit-length vectors. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

export function toBytes(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

export function fromBytes(bytes: Uint8Array): Float32Array {
  // A copy, because the SDK's buffers need not be aligned to four bytes.
  return new Float32Array(bytes.slice().buffer);
}

function fnv1a(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) {
    hash ^= word.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}
