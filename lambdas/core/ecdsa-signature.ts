const SEQUENCE = 0x30;
const INTEGER = 0x02;
const P256_BYTES = 32;

/**
 * An ECDSA signature over P-256 from DER, as KMS returns it, to `r || s` of 64 bytes, as JWS wants it.
 * https://www.rfc-editor.org/rfc/rfc7518#section-3.4
 * @throws TypeError when it is no such signature
 */
export function rawEcdsaSignature(der: Uint8Array): Uint8Array<ArrayBuffer> {
  // SEQUENCE { INTEGER r, INTEGER s }: at most 72 bytes, so every length is one byte.
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2) throw notDer();
  const r = readInteger(der, 2);
  const s = readInteger(der, r.end);
  if (s.end !== der.length) throw notDer();
  const raw = new Uint8Array(2 * P256_BYTES);
  raw.set(r.value, P256_BYTES - r.value.length);
  raw.set(s.value, 2 * P256_BYTES - s.value.length);
  return raw;
}

function readInteger(der: Uint8Array, start: number): { value: Uint8Array; end: number } {
  const length = der[start + 1];
  if (der[start] !== INTEGER || length === undefined || length === 0) throw notDer();
  const end = start + 2 + length;
  if (end > der.length) throw notDer();
  // DER puts a zero byte before a number whose first bit is set, because its integers are signed.
  const digits = der.subarray(start + 2, end);
  const first = digits.findIndex((byte) => byte !== 0);
  const value = digits.subarray(first === -1 ? digits.length : first);
  if (value.length > P256_BYTES) throw notDer();
  return { value, end };
}

function notDer(): TypeError {
  return new TypeError('not a DER encoded ECDSA signature over P-256');
}
