import { createHash } from 'node:crypto';
import type { StoreRecord } from '../lambdas/core/store-record.ts';

// Together far below the 255 bytes of a name and the 4,096 of a path that file systems allow, whatever the key.
const MOST_FOLDERS = 8;
const FOLDER_LENGTH = 60;
const NAME_LENGTH = 80;

/** Names that Windows keeps for devices. https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * Where a record is restored to, relative to the folder: the key to read, and a hash of store, key and version to tell
 * apart what a file system may take for the same (`a` and `A`, two forms of `ü`, two versions, names cut short). Whatever
 * is no plain letter, digit, `_`, `-` or inner `.` is percent-encoded; so no folder holds `~`, which every file does, and
 * no key leaves the folder.
 */
export function restoredFile(store: number, record: StoreRecord): string {
  const version = record.kind === 'item' ? '' : record.versionId;
  const identity = JSON.stringify([store, record.key, version]);
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 32);
  const segments = record.kind === 'item' ? [record.key] : record.key.split('/');
  const last = segments.pop() ?? '';
  const extension =
    record.kind === 'item' ? '.json' : (/\.[A-Za-z0-9]{1,8}$/.exec(last)?.[0] ?? '');
  const name = record.kind === 'item' ? last : last.slice(0, last.length - extension.length);
  const folders = segments.slice(0, MOST_FOLDERS).map(folderName);
  return [storeFolder(store), ...folders, `${encode(name, NAME_LENGTH)}~${hash}${extension}`].join(
    '/',
  );
}

/** Where the items of one payload are restored to, one a line. */
export function itemsFile(store: number, payload: string): string {
  const [, shard] = /^data\/shard-(\d+)\//.exec(payload) ?? [];
  return `${storeFolder(store)}/items-${shard}.jsonl`;
}

function storeFolder(store: number): string {
  return `store-${store}`;
}

function folderName(segment: string): string {
  if (segment === '') return '%';
  const encoded = encode(segment, FOLDER_LENGTH);
  return DEVICE.test(encoded) ? `%${encoded}` : encoded;
}

function encode(text: string, length: number): string {
  let encoded = '';
  for (const [index, character] of [...text].entries()) {
    // A dot in front hides a file or climbs out of the folder; Windows drops one at the end.
    const plain = /[\w-]/.test(character) || (character === '.' && index > 0);
    const next = plain ? character : percentEncode(character);
    if (encoded.length + next.length > length) break;
    encoded += next;
  }
  return encoded.endsWith('.') ? `${encoded.slice(0, -1)}%2E` : encoded;
}

function percentEncode(character: string): string {
  return Array.from(
    Buffer.from(character),
    (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}
