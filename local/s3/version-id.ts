import { invalidArgument } from './s3-error.ts';

/** The id of a version written while its bucket was not versioned, or suspended. */
export const NULL_VERSION_ID = 'null';

/**
 * A version's id hides its place in the order of creation: 4 Feistel rounds over the sequence number. So an id needs no
 * memory, a listing can go on after a version that was deleted meanwhile, and no client can lean on ids being sortable.
 */
export function versionIdOf(sequence: number): string {
  let high = Math.floor(sequence / 2 ** 32);
  let low = sequence >>> 0;
  for (let round = 1; round <= 4; round += 1) [high, low] = [low, high ^ mix(low, round)];
  const words = [high, low, mix(high, 5), mix(low, 6)];
  const bytes = Buffer.allocUnsafe(4 * words.length);
  for (const [index, word] of words.entries()) bytes.writeInt32BE(word | 0, 4 * index);
  return bytes.toString('hex');
}

/** @throws S3Error `InvalidArgument` for an id that `versionIdOf` never gave out */
export function sequenceOf(versionId: string): number {
  let high = Number.parseInt(versionId.slice(0, 8), 16) | 0;
  let low = Number.parseInt(versionId.slice(8, 16), 16) | 0;
  for (let round = 4; round >= 1; round -= 1) [high, low] = [low ^ mix(high, round), high];
  const sequence = (high >>> 0) * 2 ** 32 + (low >>> 0);
  if (versionIdOf(sequence) !== versionId) {
    throw invalidArgument('versionId', versionId, 'Invalid version id specified');
  }
  return sequence;
}

function mix(word: number, round: number): number {
  let mixed = Math.imul(word ^ Math.imul(round, 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
