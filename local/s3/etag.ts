import { createHash } from 'node:crypto';

/**
 * The ETag of a body in one piece: its MD5, but under SSE-KMS anything else
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html), so that nobody learns here to take one for the other.
 * @param md5 needed unless there is a key
 */
export function etagOf(keyArn: string | undefined, md5: Buffer | undefined, seed: number): string {
  if (keyArn !== undefined) return createHash('md5').update(`opaque ${seed}`).digest('hex');
  if (md5 === undefined) throw new Error('the ETag of a body without a KMS key is its MD5');
  return md5.toString('hex');
}

/** The ETag of an object uploaded in parts: MD5 over those of its parts, and their number. */
export function multipartEtag(partEtags: readonly string[]): string {
  const hash = createHash('md5');
  for (const etag of partEtags) hash.update(etag, 'hex');
  return `${hash.digest('hex')}-${partEtags.length}`;
}

export function isMultipartEtag(etag: string): boolean {
  return etag.includes('-');
}

export function isSameEtag(left: string, right: string): boolean {
  return unquote(left) === unquote(right);
}

function unquote(etag: string): string {
  return etag.trim().replace(/^"(.*)"$/, '$1');
}
