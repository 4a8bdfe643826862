import {
  type DeleteMarkerEntry,
  ListObjectVersionsCommand,
  type ObjectVersion,
  type S3Client,
} from '@aws-sdk/client-s3';
import { decodeListedKey } from './listed-key.ts';
import type { CountedPage, RecordIdentity } from './store.ts';

interface Marker {
  readonly KeyMarker?: string;
  readonly VersionIdMarker?: string;
}

/**
 * Counts every version and delete marker under a prefix. Deliberately not built on `listVersions`: what proves that
 * nothing is left must not share the code that removed it.
 */
export async function* countVersions(
  client: S3Client,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  mark?: string,
): AsyncGenerator<CountedPage> {
  let after: Marker | undefined = mark === undefined ? {} : (JSON.parse(mark) as Marker);
  while (after) {
    const page = await client.send(
      new ListObjectVersionsCommand({
        Bucket: bucket,
        Prefix: prefix,
        EncodingType: 'url',
        ...after,
      }),
    );
    const { Versions = [], DeleteMarkers = [] } = page;
    after = next(page);
    yield {
      count: Versions.length + DeleteMarkers.length,
      bytes: Versions.reduce((sum, { Size = 0 }) => sum + Size, 0),
      records: [...Versions.map(version), ...DeleteMarkers.map(deleteMarker)],
      ...(after && { mark: JSON.stringify(after) }),
    };
  }
}

function version({ Key = '', VersionId = 'null', ETag = '' }: ObjectVersion): RecordIdentity {
  return { kind: 'object', key: decodeListedKey(Key), versionId: VersionId, etag: ETag };
}

function deleteMarker({ Key = '', VersionId = 'null' }: DeleteMarkerEntry): RecordIdentity {
  return { kind: 'delete-marker', key: decodeListedKey(Key), versionId: VersionId };
}

function next(page: {
  IsTruncated?: boolean | undefined;
  NextKeyMarker?: string | undefined;
  NextVersionIdMarker?: string | undefined;
}): Marker | undefined {
  if (!page.IsTruncated) return undefined;
  if (page.NextKeyMarker === undefined) throw new Error('S3 cut a listing without a marker');
  return {
    KeyMarker: decodeListedKey(page.NextKeyMarker),
    ...(page.NextVersionIdMarker !== undefined && { VersionIdMarker: page.NextVersionIdMarker }),
  };
}
