import canonicalize from 'canonicalize';

/** RFC 8785 canonical JSON: one byte string per value, whatever the order its keys were written in. */
export function canonicalJson(value: unknown): string {
  const json = canonicalize(value);
  if (json === undefined) throw new TypeError('value has no JSON form');
  return json;
}

/** Lower-case hex SHA-256 of a string's UTF-8 bytes. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** SHA-256 of a value's canonical JSON, in lower-case hex. */
export async function hashOf(value: unknown): Promise<string> {
  return sha256Hex(canonicalJson(value));
}
