import type { IndexEntry } from '../lambdas/core/archive-index.ts';
import type { DocumentChoice } from './arguments.ts';
import { quote, sizeText } from './reporter.ts';
import { RestoreError } from './restore-error.ts';

/**
 * The one entry that was asked for: by version, or the one that was the latest when the plane was archived.
 * @param entries everything the index has under the key
 * @throws RestoreError that says which choices there are
 */
export function pickDocument(
  entries: readonly IndexEntry[],
  { key, version, store }: DocumentChoice,
): IndexEntry {
  const stores = new Set(entries.map((entry) => entry.store));
  const [first] = stores;
  if (first === undefined) throw new RestoreError(`the archive holds no document ${quote(key)}`);
  if (store === undefined && stores.size > 1)
    throw new RestoreError(
      `${quote(key)} is in stores ${[...stores].join(', ')}: say which with --store`,
    );
  const chosen = entries.filter((entry) => entry.store === (store ?? first));
  if (chosen.length === 0)
    throw new RestoreError(
      `${quote(key)} is not in store ${store}, but in ${[...stores].join(', ')}`,
    );
  const found = chosen.find(({ record }) =>
    record.kind === 'item'
      ? version === undefined
      : version === undefined
        ? record.isLatest
        : record.versionId === version,
  );
  if (!found)
    throw new RestoreError(
      `${quote(key)} has no version ${version ?? 'that was the latest'}: ${choices(chosen)}`,
    );
  if (found.record.kind === 'delete-marker')
    throw new RestoreError(
      version === undefined
        ? `${quote(key)} had been deleted when the plane was archived; with --version: ${choices(chosen)}`
        : `version ${version} of ${quote(key)} is a delete marker, without content: ${choices(chosen)}`,
    );
  return found;
}

function choices(entries: readonly IndexEntry[]): string {
  const versions = entries.flatMap(({ record }) =>
    record.kind === 'object'
      ? [`${record.versionId} (${record.lastModified}, ${sizeText(record.size)})`]
      : [],
  );
  return versions.length === 0 ? 'there are no versions' : `there is ${versions.join(', ')}`;
}
