import { createECDH, type KeyObject, randomBytes } from 'node:crypto';

/**
 * ECDSA on P-256 over a digest that the caller made. Node's own `sign` always hashes its input first, so KMS's
 * `MessageType: DIGEST` cannot be built on it. For a cloud of one machine: the arithmetic takes no constant time.
 * SEC 1, sections 4.1.3 and 4.1.4; the curve is secp256r1 of SEC 2, section 2.4.2.
 */

const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const GENERATOR: Point = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};
const SCALAR_BYTES = 32;

interface Point {
  readonly x: bigint;
  readonly y: bigint;
}
/** Undefined is the point at infinity. */
type CurvePoint = Point | undefined;

/** @returns r and s, 32 bytes each (IEEE P1363) */
export function signDigest(digest: Buffer, privateKey: KeyObject): Buffer {
  const d = fromBase64Url(privateKey.export({ format: 'jwk' }).d);
  const z = toNumber(digest);
  for (;;) {
    const ephemeral = createECDH('prime256v1');
    const k = toNumber(randomBytes(SCALAR_BYTES));
    if (k === 0n || k >= N) continue;
    ephemeral.setPrivateKey(toBytes(k));
    // An uncompressed point: 0x04, x, y.
    const r = modulo(toNumber(ephemeral.getPublicKey().subarray(1, 1 + SCALAR_BYTES)), N);
    const s = modulo(inverse(k, N) * (z + r * d), N);
    if (r !== 0n && s !== 0n) return Buffer.concat([toBytes(r), toBytes(s)]);
  }
}

/** @param signature r and s, 32 bytes each (IEEE P1363) */
export function verifyDigest(digest: Buffer, signature: Buffer, publicKey: KeyObject): boolean {
  if (signature.length !== 2 * SCALAR_BYTES) return false;
  const r = toNumber(signature.subarray(0, SCALAR_BYTES));
  const s = toNumber(signature.subarray(SCALAR_BYTES));
  if (r === 0n || r >= N || s === 0n || s >= N) return false;
  const jwk = publicKey.export({ format: 'jwk' });
  const q = { x: fromBase64Url(jwk.x), y: fromBase64Url(jwk.y) };
  const w = inverse(s, N);
  const point = add(
    multiply(GENERATOR, modulo(toNumber(digest) * w, N)),
    multiply(q, modulo(r * w, N)),
  );
  return point !== undefined && modulo(point.x, N) === r;
}

function multiply(point: Point, scalar: bigint): CurvePoint {
  let result: CurvePoint;
  let addend: CurvePoint = point;
  for (let rest = scalar; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = add(result, addend);
    addend = add(addend, addend);
  }
  return result;
}

function add(a: CurvePoint, b: CurvePoint): CurvePoint {
  if (!a) return b;
  if (!b) return a;
  if (a.x === b.x && modulo(a.y + b.y, P) === 0n) return undefined;
  // The curve's coefficient a is -3.
  const slope =
    a.x === b.x
      ? (3n * a.x * a.x - 3n) * inverse(2n * a.y, P)
      : (b.y - a.y) * inverse(b.x - a.x, P);
  const x = modulo(slope * slope - a.x - b.x, P);
  return { x, y: modulo(slope * (a.x - x) - a.y, P) };
}

/** By the extended Euclidean algorithm; the modulus is prime and the value no multiple of it. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [previous, current] = [modulus, modulo(value, modulus)];
  let [previousFactor, factor] = [0n, 1n];
  while (current > 0n) {
    const quotient = previous / current;
    [previous, current] = [current, previous - quotient * current];
    [previousFactor, factor] = [factor, previousFactor - quotient * factor];
  }
  return modulo(previousFactor, modulus);
}

function modulo(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}

function toBytes(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * SCALAR_BYTES, '0'), 'hex');
}

function fromBase64Url(text: string | undefined): bigint {
  if (text === undefined) throw new Error('the key lacks a coordinate');
  return toNumber(Buffer.from(text, 'base64url'));
}
