import {
  type DeleteMarkerEntry,
  type ObjectVersion as ListedVersion,
  ListObjectVersionsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { DeleteMarker, ObjectVersion } from '../core/store-record.ts';
import { compareKeys, decodeListedKey } from './listed-key.ts';

export type S3Record = ObjectVersion | DeleteMarker;

export interface VersionRange {
  readonly bucket: string;
  readonly prefix: string;
  /** Exclusive. With a version id: behind that version of the key; without: behind all of its versions. */
  readonly after?: { readonly key: string; readonly versionId?: string };
}

/**
 * Every version and delete marker behind `after`, in pages of at most 1,000, in S3's order of keys.
 * Versions and markers of one key are newest first; the last record of a page is always one that S3 can go on behind.
 * @throws Error when S3 lists a key outside the prefix: nothing outside may ever be touched
 */
export async function* listVersions(
  client: S3Client,
  { bucket, prefix, after }: VersionRange,
): AsyncGenerator<readonly S3Record[]> {
  let keyMarker = after?.key;
  let versionIdMarker = after?.versionId;
  for (;;) {
    const page = await client.send(
      new ListObjectVersionsCommand({
        Bucket: bucket,
        Prefix: prefix,
        EncodingType: 'url',
        OptionalObjectAttributes: ['RestoreStatus'],
        KeyMarker: keyMarker,
        VersionIdMarker: versionIdMarker,
      }),
    );
    keyMarker = page.NextKeyMarker === undefined ? undefined : decodeListedKey(page.NextKeyMarker);
    versionIdMarker = page.NextVersionIdMarker;
    const records = mergePage(
      (page.Versions ?? []).map(objectVersion),
      (page.DeleteMarkers ?? []).map(deleteMarker),
      { key: keyMarker, versionId: versionIdMarker },
    );
    for (const { key } of records)
      if (!key.startsWith(prefix))
        throw new Error(`S3 listed a key outside the prefix in ${bucket}`);
    if (records.length > 0) yield records;
    if (!page.IsTruncated) return;
    if (keyMarker === undefined) throw new Error(`S3 cut a listing of ${bucket} without a marker`);
  }
}

/** The SDK hands out versions and delete markers apart; S3 lists them as one sequence. */
function mergePage(
  versions: readonly ObjectVersion[],
  markers: readonly DeleteMarker[],
  last: { readonly key: string | undefined; readonly versionId: string | undefined },
): readonly S3Record[] {
  if (markers.length === 0) return versions;
  const isLast = (record: S3Record) =>
    record.key === last.key && record.versionId === last.versionId;
  const comesFirst = (version: ObjectVersion, marker: DeleteMarker) => {
    const order = compareKeys(version.key, marker.key);
    if (order !== 0) return order < 0;
    if (isLast(version) || isLast(marker)) return isLast(marker);
    if (version.isLatest !== marker.isLatest) return version.isLatest;
    return version.lastModified > marker.lastModified;
  };
  const merged: S3Record[] = [];
  let next = 0;
  for (const version of versions) {
    for (
      let marker = markers[next];
      marker && !comesFirst(version, marker);
      marker = markers[next]
    ) {
      merged.push(marker);
      next += 1;
    }
    merged.push(version);
  }
  merged.push(...markers.slice(next));
  return merged;
}

function objectVersion(listed: ListedVersion): ObjectVersion {
  const { Key, VersionId, ETag, Size, LastModified, StorageClass, RestoreStatus } = listed;
  if (Key === undefined || ETag === undefined || Size === undefined || !LastModified)
    throw new Error('S3 listed a version without its properties');
  const restoredUntil = RestoreStatus?.RestoreExpiryDate?.toISOString();
  return {
    kind: 'object',
    key: decodeListedKey(Key),
    versionId: VersionId ?? 'null',
    isLatest: listed.IsLatest === true,
    size: Size,
    etag: ETag,
    lastModified: LastModified.toISOString(),
    storageClass: StorageClass ?? 'STANDARD',
    ...(restoredUntil !== undefined && { restoredUntil }),
  };
}

function deleteMarker({ Key, VersionId, IsLatest, LastModified }: DeleteMarkerEntry): DeleteMarker {
  if (Key === undefined || !LastModified)
    throw new Error('S3 listed a delete marker without its properties');
  return {
    kind: 'delete-marker',
    key: decodeListedKey(Key),
    versionId: VersionId ?? 'null',
    isLatest: IsLatest === true,
    lastModified: LastModified.toISOString(),
  };
}
