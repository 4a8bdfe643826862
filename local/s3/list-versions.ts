import type { Bucket } from './bucket.ts';
import { idOf, type ObjectVersion } from './object-version.ts';
import { takePage } from './take-page.ts';
import { NULL_VERSION_ID, sequenceOf } from './version-id.ts';
import { type KeyRange, walkKeys } from './walk-keys.ts';

export type VersionListItem =
  | { readonly commonPrefix: string }
  | {
      readonly commonPrefix?: never;
      readonly key: string;
      readonly version: ObjectVersion;
      readonly isLatest: boolean;
    };

export interface VersionPage {
  readonly items: readonly VersionListItem[];
  /** Where the next page goes on; undefined when this is the last. */
  readonly next: { readonly keyMarker: string; readonly versionIdMarker?: string } | undefined;
}

export interface VersionQuestion {
  readonly prefix: string;
  readonly delimiter: string;
  readonly keyMarker: string;
  readonly versionIdMarker: string | undefined;
  readonly pageSize: number;
}

/**
 * One page of a bucket's versions and delete markers: by key, and of one key the newest first. A marker may name what
 * was deleted since: the page begins where it would have stood.
 */
export function listVersions(bucket: Bucket, question: VersionQuestion): VersionPage {
  const start = startOf(question.versionIdMarker);
  const { page, isTruncated } = takePage(walkVersions(bucket, question, start), question.pageSize);
  const last = page.at(-1);
  if (!isTruncated || last === undefined) return { items: page, next: undefined };
  return {
    items: page,
    next:
      last.commonPrefix !== undefined
        ? { keyMarker: last.commonPrefix }
        : { keyMarker: last.key, versionIdMarker: idOf(last.version) },
  };
}

function* walkVersions(
  bucket: Bucket,
  question: VersionQuestion,
  startIn: ((versions: readonly ObjectVersion[]) => number) | undefined,
): Generator<VersionListItem, void> {
  const range: KeyRange = {
    prefix: question.prefix,
    delimiter: question.delimiter,
    marker: question.keyMarker,
    includeMarker: startIn !== undefined,
  };
  for (const walked of walkKeys(bucket.keys, range, () => true)) {
    if (walked.commonPrefix !== undefined) {
      yield walked;
      continue;
    }
    const { key, value: versions } = walked;
    const newest = versions.length - 1;
    const isMarked = startIn !== undefined && key === question.keyMarker;
    const start = isMarked ? startIn(versions) : newest;
    for (let index = start; index >= 0; index -= 1) {
      const version = versions[index];
      if (version !== undefined) yield { key, version, isLatest: index === newest };
    }
  }
}

/**
 * Finds the newest version that is older than the marker. A `null` version that is gone has left no place: all count.
 * @throws S3Error `InvalidArgument` for an id that is not one
 */
function startOf(
  versionIdMarker: string | undefined,
): ((versions: readonly ObjectVersion[]) => number) | undefined {
  if (versionIdMarker === undefined) return undefined;
  if (versionIdMarker === NULL_VERSION_ID) {
    return (versions) => {
      const index = versions.findIndex((version) => version.isNull);
      return index === -1 ? versions.length - 1 : index - 1;
    };
  }
  const sequence = sequenceOf(versionIdMarker);
  return (versions) => versions.findLastIndex((version) => version.sequence < sequence);
}
