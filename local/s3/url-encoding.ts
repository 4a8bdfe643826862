import { S3Error } from './s3-error.ts';

/**
 * Decodes a path exactly once and normalises nothing: `..`, `//` and `%252F` are legal in keys.
 * @throws S3Error `InvalidURI` for bytes that are not UTF-8
 */
export function decodePath(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    throw new S3Error('InvalidURI', `Couldn't parse the specified URI.`);
  }
}

/** As in a query string or a copy source, where `+` is a space: https://github.com/aws/aws-sdk-js/issues/1821. */
export function decodeForm(raw: string): string {
  return decodePath(raw.replaceAll('+', ' '));
}

/** The encoding of `encoding-type=url` in listings: a space becomes `+`, a slash stays. */
export function encodeForListing(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+');
}
