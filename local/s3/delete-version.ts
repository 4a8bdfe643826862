import { addVersion, type Bucket, currentVersion, findVersion, removeVersion } from './bucket.ts';
import { assertCurrent } from './conditions.ts';
import { assertRemovable } from './object-lock.ts';
import { type ObjectStorage, releaseVersion } from './object-storage.ts';
import { idOf, type ObjectVersion } from './object-version.ts';
import { NULL_VERSION_ID } from './version-id.ts';

export interface Deletion {
  readonly key: string;
  /** undefined: not a version for good, but the key as readers see it. */
  readonly versionId: string | undefined;
  /** Only if the current version has this ETag, or, for `*`, if there is one. */
  readonly ifMatch: string | undefined;
  /** The caller may remove what GOVERNANCE retention protects, and asked to. */
  readonly mayBypass: boolean;
}

export interface DeletionOutcome {
  /** A delete marker was removed, or one was put on top. */
  readonly isDeleteMarker: boolean;
  /** The version removed, or the delete marker put on top; undefined when there was neither. */
  readonly versionId: string | undefined;
}

/**
 * One deletion, as S3 does it. A version that is not there counts as deleted.
 * @throws S3Error `AccessDenied` for a locked version, `PreconditionFailed` or `NoSuchKey` by `ifMatch`
 */
export async function deleteVersion(
  storage: ObjectStorage,
  bucket: Bucket,
  deletion: Deletion,
): Promise<DeletionOutcome> {
  const { key, versionId, ifMatch } = deletion;
  if (ifMatch !== undefined) assertCurrent(ifMatch, currentVersion(bucket, key), key);
  if (versionId !== undefined || bucket.versioning === 'Off') {
    const doomed = findVersion(bucket, key, versionId ?? NULL_VERSION_ID);
    if (doomed !== undefined) await remove(storage, bucket, deletion, doomed);
    return { isDeleteMarker: isMarker(doomed), versionId };
  }
  const { version: marker, replaced } = addVersion(bucket, key, {
    sequence: storage.nextSequence(),
    at: storage.now(),
    content: undefined,
  });
  await releaseVersion(replaced);
  return { isDeleteMarker: true, versionId: idOf(marker) };
}

async function remove(
  storage: ObjectStorage,
  bucket: Bucket,
  { key, mayBypass }: Deletion,
  version: ObjectVersion,
): Promise<void> {
  assertRemovable(version.lock, mayBypass, storage.now());
  removeVersion(bucket, key, version);
  await releaseVersion(version);
}

function isMarker(version: ObjectVersion | undefined): boolean {
  return version !== undefined && version.content === undefined;
}
