import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VerifyArguments } from './arguments.ts';

export interface EvidenceFile {
  readonly name: string;
  readonly text: string;
}

/** The texts of the files that were given, and what the auditor knows by another way. */
export interface Evidence {
  readonly certificate: string;
  readonly final?: string;
  readonly ledger?: string;
  /** In the order of their names. */
  readonly checkpoints?: readonly EvidenceFile[];
  readonly keys?: string;
  /** RFC 7638, base64url: of the keys that may have signed. None, or left out: whichever has signed the certificate. */
  readonly thumbprints?: readonly string[];
}

/** @throws Error naming the file that cannot be read */
export function readEvidence(files: VerifyArguments): Evidence {
  const { certificate, final, ledger, checkpoints, keys, thumbprints } = files;
  return {
    certificate: readStatement(certificate),
    thumbprints,
    ...(final !== undefined && { final: readStatement(final) }),
    ...(ledger !== undefined && { ledger: readText(ledger) }),
    ...(checkpoints !== undefined && { checkpoints: readFolder(checkpoints) }),
    ...(keys !== undefined && { keys: readText(keys) }),
  };
}

function readFolder(folder: string): readonly EvidenceFile[] {
  return named(folder, () => readdirSync(folder))
    .sort()
    .map((name) => ({ name, text: readStatement(join(folder, name)) }));
}

/** A line break at the end is an editor's: what was signed and stored has none. */
function readStatement(file: string): string {
  return readText(file).replace(/\r?\n$/, '');
}

function readText(file: string): string {
  return named(file, () => readFileSync(file, 'utf8'));
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'may not be read',
  EISDIR: 'is a folder, and should be a file',
  ENOENT: 'does not exist',
  ENOTDIR: 'is not a folder',
};

/** Node names the file in some of its messages only. */
function named<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    throw new Error(`${path} ${REASONS[code] ?? `cannot be read: ${message}`}`, { cause });
  }
}
