import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { faultsOf, headerSchema, type Key, keySchema } from './shapes.ts';

/** A compact JWS, taken apart and not yet believed. */
export interface Jws {
  readonly header: { readonly alg: 'ES256'; readonly kid: string; readonly typ: string };
  readonly payload: unknown;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** @returns what it is, or why it is none */
export function parseJws(text: string): Jws | string {
  const parts = text.split('.');
  const [head = '', body = '', tail = ''] = parts;
  if (parts.length !== 3) return `has ${parts.length} parts where a signed statement has 3`;
  const bytes = [head, body, tail].map(fromBase64url);
  const [headerBytes, payloadBytes, signature] = bytes;
  if (!headerBytes || !payloadBytes || !signature) return 'is not base64url throughout';
  const headerJson = parseJson(headerBytes.toString('utf8'));
  const header = headerSchema.safeParse(headerJson);
  if (!header.success) return `has a header whose ${faultsOf(header.error)}`;
  const payload = parseJson(payloadBytes.toString('utf8'));
  if (payload === undefined) return 'holds no JSON';
  return { header: header.data, payload, signed: Buffer.from(`${head}.${body}`), signature };
}

export type TrustedKeys = ReadonlyMap<string, KeyObject>;

/** Keys by their thumbprints, which are computed here and not taken from the file. */
export function parseKeys(text: string): {
  readonly keys: TrustedKeys;
  readonly faults: readonly string[];
} {
  const keys = new Map<string, KeyObject>();
  const faults: string[] = [];
  const listed = Object(parseJson(text)).keys;
  if (!Array.isArray(listed) || listed.length === 0)
    return { keys, faults: ['keys: the file is no JWK set with a key in it'] };
  for (const [index, value] of listed.entries()) {
    const about = `key ${index + 1}`;
    const parsed = keySchema.safeParse(value);
    if (!parsed.success) {
      faults.push(`${about}: ${faultsOf(parsed.error)}`);
      continue;
    }
    const thumbprint = thumbprintOf(parsed.data);
    const key = publicKeyOf(parsed.data);
    if (parsed.data.kid !== thumbprint)
      faults.push(`${about}: its kid is not its thumbprint ${thumbprint}`);
    else if (!key) faults.push(`${about}: it is no point of the curve P-256`);
    else keys.set(thumbprint, key);
  }
  return { keys, faults };
}

/** ES256: https://www.rfc-editor.org/rfc/rfc7518#section-3.4 */
export function isSignedBy({ signed, signature }: Jws, key: KeyObject): boolean {
  return (
    signature.length === 64 &&
    verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature)
  );
}

export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** @returns undefined for what is none */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** RFC 7638: the required members in the order of their names, without spaces. */
function thumbprintOf({ crv, kty, x, y }: Key): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

function publicKeyOf({ kty, crv, x, y }: Key): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** Strict: what Node would pass over (padding, spaces, bits beyond the last byte) is a change that nobody signed. */
function fromBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length > 0 && bytes.toString('base64url') === text ? bytes : undefined;
}
