import {
  createHash,
  createHmac,
  createSecretKey,
  type Hash,
  type Hmac,
  type KeyObject,
} from 'node:crypto';

type Secret = string | ArrayBuffer | ArrayBufferView;

/** Of credentials: those of an execution environment stay the same, elsewhere they are renewed by the hour. */
const TEXT_KEYS_MAX = 16;
const textKeys = new Map<string, KeyObject>();
/** Of keys that the SDK has derived, for as long as it keeps them. */
const byteKeys = new WeakMap<object, KeyObject>();

/**
 * SHA-256 and HMAC-SHA-256 in the shape in which clients of the SDK take them (`sha256`). They sign a request with two HMACs of a line
 * each, under keys that are the same for a day, and Node.js spends most of such an HMAC on finding out what its key is, unless it is
 * given a `KeyObject`. Here each key is made one once.
 */
export class SigningSha256 {
  readonly #key: KeyObject | undefined;
  #hash: Hash | Hmac;

  /** @param secret of an HMAC, not to be changed later on; without one it is the plain hash */
  constructor(secret?: Secret) {
    this.#key = secret === undefined ? undefined : keyOf(secret);
    this.#hash = this.#begin();
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  /** At the end, and once. */
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#begin();
  }

  #begin(): Hash | Hmac {
    return this.#key ? createHmac('sha256', this.#key) : createHash('sha256');
  }
}

function keyOf(secret: Secret): KeyObject {
  if (typeof secret !== 'string') {
    const key = byteKeys.get(secret) ?? createSecretKey(bytesOf(secret));
    byteKeys.set(secret, key);
    return key;
  }
  const known = textKeys.get(secret);
  if (known) return known;
  if (textKeys.size === TEXT_KEYS_MAX) textKeys.clear();
  const key = createSecretKey(secret, 'utf8');
  textKeys.set(secret, key);
  return key;
}

function bytesOf(secret: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (secret instanceof ArrayBuffer) return new Uint8Array(secret);
  return new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength);
}
