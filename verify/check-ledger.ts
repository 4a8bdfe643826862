import { canonicalJson } from '../lambdas/core/canonical.ts';
import type { Findings } from './findings.ts';
import { parseJson, sha256 } from './jws.ts';
import { faultsOf, type LedgerEntry, ledgerEntrySchema } from './shapes.ts';

const LEGAL: ReadonlySet<string> = new Set([
  'ACTIVE PENDING_DEACTIVATE',
  'PENDING_DEACTIVATE ACTIVE',
  'PENDING_DEACTIVATE DEACTIVATED',
  'DEACTIVATED ARCHIVED',
  'ARCHIVED PURGED',
]);

/**
 * The ledger of one plane, from its first entry on: complete, unbroken, of this plane, and through legal states only.
 * @param text the API's pages, an array of entries, or one of either a line
 * @returns the entries as far as they can be read, in the order of the file
 */
export function checkLedger(
  findings: Findings,
  text: string,
  planeId: string | undefined,
): readonly LedgerEntry[] {
  const read = readEntries(text);
  if (typeof read === 'string') {
    findings.fail(`ledger: ${read}`);
    return [];
  }
  if (read.length === 0) findings.fail('ledger: holds no entry');
  const before = findings.all.filter(({ outcome }) => outcome === 'FAIL').length;
  const entries: LedgerEntry[] = [];
  let previous: LedgerEntry | undefined;
  for (const [index, value] of read.entries()) {
    const parsed = ledgerEntrySchema.safeParse(value);
    if (!parsed.success) {
      findings.fail(`ledger entry ${index + 1}: ${faultsOf(parsed.error)}`);
      continue;
    }
    for (const fault of faultsOfEntry(parsed.data, index + 1, previous, planeId))
      findings.fail(`ledger entry ${index + 1}: ${fault}`);
    previous = parsed.data;
    entries.push(previous);
  }
  const faults = findings.all.filter(({ outcome }) => outcome === 'FAIL').length - before;
  if (faults === 0 && previous)
    findings.ok(
      `ledger: ${entries.length} entries of ${previous.planeId}, unbroken from the first on`,
    );
  return entries;
}

function faultsOfEntry(
  { hash, ...content }: LedgerEntry,
  expectedSeq: number,
  previous: LedgerEntry | undefined,
  planeId: string | undefined,
): readonly string[] {
  const { seq, from, to, type } = content;
  const faults: string[] = [];
  if (sha256(canonicalJson(content)) !== hash) faults.push('its content is not what its hash says');
  if (seq !== expectedSeq)
    faults.push(
      seq > expectedSeq
        ? `is missing or out of order: entry ${seq} stands in its place`
        : `entry ${seq} stands in its place`,
    );
  if (content.prevHash !== (previous?.hash ?? '0'.repeat(64)))
    faults.push('does not follow the entry before it');
  if (planeId !== undefined && content.planeId !== planeId)
    faults.push(`belongs to the plane ${content.planeId}`);
  if (from !== (previous?.to ?? 'ACTIVE'))
    faults.push(`begins as ${from}, but the plane was ${previous?.to ?? 'ACTIVE'}`);
  if (type === 'TRANSITION' ? !LEGAL.has(`${from} ${to}`) : from !== to)
    faults.push(`${type} from ${from} to ${to} is not allowed`);
  return faults;
}

function readEntries(text: string): readonly unknown[] | string {
  const whole = parseJson(text);
  if (whole !== undefined) return entriesIn(whole);
  const entries: unknown[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const value = parseJson(line);
    if (value === undefined) return `line ${index + 1} is no JSON`;
    entries.push(...entriesIn(value));
  }
  return entries;
}

function entriesIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(entriesIn);
  const page: unknown = Object(value).entries;
  return Array.isArray(page) ? page : [value];
}
