/**
 * Listings are asked for with `encoding-type=url`, because XML 1.0 cannot carry every character a key may hold.
 * S3 then writes keys and markers as form encoding does, a space as `+`. Decode once: `%252F` is a key with `%2F` in it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
 */
export function decodeListedKey(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', ' '));
}

/** S3's listing order: the keys' UTF-8 bytes, which JavaScript's own order is not beyond U+FFFF. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const KEY_MAX_BYTES = 1024; // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
const LAST_CODE_POINT = 0x10ffff;

/** A marker that a listing starts behind so that `key` is among the first it returns: markers are exclusive. */
export function markerBefore(key: string): string {
  const points = Array.from(key);
  const last = points.pop()?.codePointAt(0) ?? 0;
  if (last === 0) return points.join('');
  // U+D800 to U+DFFF are no characters, UTF-8 has no bytes for them.
  const previous = last === 0xe000 ? 0xd7ff : last - 1;
  const stem = points.join('') + String.fromCodePoint(previous);
  const closest = stem + String.fromCodePoint(LAST_CODE_POINT);
  return Buffer.byteLength(closest) <= KEY_MAX_BYTES ? closest : stem;
}

/** True for a key that an XML body cannot carry both ways: it is deleted by a request of its own, named in the URL. */
export function isUnfitForXml(key: string): boolean {
  return /[\p{Cc}\uFFFE\uFFFF]/u.test(key);
}
