import type { ObjectContent } from './object-version.ts';
import { branch, leaf } from './write-xml.ts';

/** Canonical user ids are 64 hex digits; there is one account. */
const OWNER_ID = 'a1'.repeat(32);

export const OWNER_MARKUP = branch('Owner', leaf('ID', OWNER_ID));
export const INITIATOR_MARKUP = branch('Initiator', leaf('ID', OWNER_ID));

/** What every listing says of an object's content. */
export function contentMarkup(content: ObjectContent): string {
  return (
    leaf('ETag', `"${content.etag}"`) +
    leaf('ChecksumAlgorithm', content.checksum.algorithm) +
    leaf('ChecksumType', content.checksum.type) +
    leaf('Size', content.size) +
    leaf('StorageClass', content.storageClass)
  );
}

export function commonPrefixMarkup(prefix: string, encode: (text: string) => string): string {
  return branch('CommonPrefixes', leaf('Prefix', encode(prefix)));
}
