import type { IndexEntry } from '../lambdas/core/archive-index.ts';
import type { DocumentChoice } from './arguments.ts';
import type { FoundEntries } from './find-entries.ts';
import type { Bag } from './open-bag.ts';
import { quote, sizeText } from './reporter.ts';
import { RestoreError } from './restore-error.ts';

/**
 * The one entry that was asked for: by version, or the one that was the latest when the plane was archived.
 * @throws RestoreError that says which choices there are, and when only a part of the index was read
 */
export function pickDocument(
  bag: Bag,
  { entries, partsRead }: FoundEntries,
  { key, version, store }: DocumentChoice,
): IndexEntry {
  const read = howRead(bag, partsRead);
  const stores = new Set(entries.map((entry) => entry.store));
  const [first] = stores;
  if (first === undefined)
    throw new RestoreError(`the archive holds no document ${quote(key)}${read}`);
  if (store === undefined && stores.size > 1)
    throw new RestoreError(
      `${quote(key)} is in stores ${[...stores].join(', ')}: say which with --store`,
    );
  const chosen = entries.filter((entry) => entry.store === (store ?? first));
  if (chosen.length === 0)
    throw new RestoreError(
      `${quote(key)} is not in store ${store}, but in ${[...stores].join(', ')}${read}`,
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
      `${quote(key)} has no version ${version ?? 'that was the latest'}: ${choices(chosen)}${read}`,
    );
  if (found.record.kind === 'delete-marker')
    throw new RestoreError(
      version === undefined
        ? `${quote(key)} had been deleted when the plane was archived; with --version: ${choices(chosen)}`
        : `version ${version} of ${quote(key)} is a delete marker, without content: ${choices(chosen)}`,
    );
  return found;
}

/** How far the answer goes that something is not there. */
function howRead({ indexPaths: { length: parts }, keyOrders }: Bag, partsRead: number): string {
  if (partsRead === parts) return '';
  if (partsRead === 0)
    return `; ${keyOrders.map(({ keys }, store) => `store ${store} held ${keys}`).join(', ')}`;
  return ` (${partsRead} of ${parts} index parts read, by the order of keys; --every-part reads all)`;
}

function choices(entries: readonly IndexEntry[]): string {
  const versions = entries.flatMap(({ record }) =>
    record.kind === 'object'
      ? [`${record.versionId} (${record.lastModified}, ${sizeText(record.size)})`]
      : [],
  );
  return versions.length === 0 ? 'there are no versions' : `there is ${versions.join(', ')}`;
}
