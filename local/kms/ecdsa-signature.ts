import { sign, verify } from 'node:crypto';
import { WireError } from '../json-wire.ts';
import type { SigningKey } from './key.ts';
import { signDigest, verifyDigest } from './p256.ts';

/** `RAW` is hashed by KMS, `DIGEST` is the SHA-256 hash that the caller made. */
export type MessageType = 'RAW' | 'DIGEST';

const SHA256_BYTES = 32;
/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html#API_Sign_RequestParameters */
const MAX_MESSAGE_BYTES = 4096;

/** @returns an ECDSA_SHA_256 signature in DER, as KMS gives it */
export function signMessage(key: SigningKey, message: Buffer, type: MessageType): Buffer {
  assertMessage(message, type);
  if (type === 'RAW') return sign('sha256', message, key.privateKey);
  return toDer(signDigest(message, key.privateKey));
}

export function verifyMessage(
  key: SigningKey,
  message: Buffer,
  type: MessageType,
  signature: Buffer,
): boolean {
  assertMessage(message, type);
  if (type === 'RAW') return verify('sha256', message, key.publicKey, signature);
  const raw = fromDer(signature);
  return raw !== undefined && verifyDigest(message, raw, key.publicKey);
}

function assertMessage(message: Buffer, type: MessageType): void {
  if (type === 'DIGEST' && message.length !== SHA256_BYTES) {
    throw new WireError(
      'ValidationException',
      'Digest is invalid length for algorithm ECDSA_SHA_256.',
    );
  }
  if (message.length === 0 || message.length > MAX_MESSAGE_BYTES) {
    throw new WireError(
      'ValidationException',
      `1 validation error detected: Value at 'message' failed to satisfy constraint: Member must have length between 1 and ${MAX_MESSAGE_BYTES}`,
    );
  }
}

/** r and s of 32 bytes each -> SEQUENCE { INTEGER r, INTEGER s } (RFC 3279, section 2.2.3). */
function toDer(raw: Buffer): Buffer {
  const body = Buffer.concat([raw.subarray(0, 32), raw.subarray(32)].map(toDerInteger));
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

/** Without leading zeros, but with one where the number would read as negative. */
function toDerInteger(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = bytes.subarray(first < 0 ? bytes.length - 1 : first);
  const sign = (digits[0] ?? 0) >= 0x80 ? [0] : [];
  return Buffer.concat([Buffer.from([0x02, digits.length + sign.length, ...sign]), digits]);
}

function fromDer(der: Buffer): Buffer | undefined {
  // 0x30 length 0x02 length r 0x02 length s, all lengths below 128
  const rLength = der[3] ?? 0;
  const sLength = der[5 + rLength] ?? 0;
  const wellFormed =
    der[0] === 0x30 &&
    der[1] === der.length - 2 &&
    der[2] === 0x02 &&
    der[4 + rLength] === 0x02 &&
    6 + rLength + sLength === der.length;
  if (!wellFormed) return undefined;
  const integers = [der.subarray(4, 4 + rLength), der.subarray(6 + rLength)].map((bytes) =>
    bytes[0] === 0 ? bytes.subarray(1) : bytes,
  );
  if (integers.some((bytes) => bytes.length > 32)) return undefined;
  return Buffer.concat(
    integers.map((bytes) => Buffer.concat([Buffer.alloc(32 - bytes.length), bytes])),
  );
}
