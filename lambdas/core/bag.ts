/** One file of a bag, by its path in the bag. */
export interface BagFile {
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** The bag declaration. https://www.rfc-editor.org/rfc/rfc8493#section-2.1.1 */
export const BAGIT_TXT = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n';

/**
 * A payload or tag manifest, one line a file, sorted by path: the same files are the same bytes.
 * Paths of this archive are ASCII without `%`, CR or LF, so none needs RFC 8493's percent-encoding.
 * @throws TypeError for a path that would
 */
export function manifestText(files: readonly BagFile[]): string {
  const unsafe = files.find(({ path }) => !/^[\w./-]+$/.test(path));
  if (unsafe) throw new TypeError('a path of a bag holds characters outside A-Z a-z 0-9 _ . / -');
  return files
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, sha256 }) => `${sha256}  ${path}\n`)
    .join('');
}

/**
 * A manifest as `manifestText` wrote it: SHA-256 in lower-case hex by path.
 * @throws TypeError for a line that is none of a manifest
 */
export function parseManifest(text: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, sha256, path] = /^([0-9a-f]{64}) {2}([\w./-]+)$/.exec(line) ?? [];
    if (sha256 === undefined || path === undefined)
      throw new TypeError('a line of a manifest is no SHA-256 and path');
    files.set(path, sha256);
  }
  return files;
}

export interface BagInfo {
  readonly offboardingId: string;
  readonly planeId: string;
  /** ISO 8601 UTC; only the date is written. */
  readonly baggingDate: string;
  readonly payloadBytes: number;
  readonly payloadFiles: number;
}

/** The bag's metadata, in RFC 8493's reserved names. https://www.rfc-editor.org/rfc/rfc8493#section-2.2.2 */
export function bagInfoText(info: BagInfo): string {
  const lines = [
    ['Bag-Software-Agent', 'knowledge-plane-offboarding'],
    ['Bagging-Date', info.baggingDate.slice(0, 10)],
    ['Bag-Size', bagSize(info.payloadBytes)],
    ['External-Identifier', info.offboardingId],
    ['Internal-Sender-Identifier', info.planeId],
    ['Payload-Oxum', `${info.payloadBytes}.${info.payloadFiles}`],
  ];
  return lines.map(([label, value]) => `${label}: ${value}\n`).join('');
}

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const;

/** Approximate size for people, as the RFC asks: `1.4 MB`. Units of 1,000. */
function bagSize(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const size = bytes / 1000 ** power;
  return `${power === 0 ? size : size.toFixed(1)} ${UNITS[power]}`;
}

export function totalBytes(files: readonly BagFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
