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

/** @throws Error of node:fs, naming the file that cannot be read */
export function readEvidence(files: VerifyArguments): Evidence {
  const { certificate, final, ledger, checkpoints, keys, thumbprints } = files;
  return {
    certificate: readStatement(certificate),
    thumbprints,
    ...(final !== undefined && { final: readStatement(final) }),
    ...(ledger !== undefined && { ledger: readFileSync(ledger, 'utf8') }),
    ...(checkpoints !== undefined && { checkpoints: readFolder(checkpoints) }),
    ...(keys !== undefined && { keys: readFileSync(keys, 'utf8') }),
  };
}

function readFolder(folder: string): readonly EvidenceFile[] {
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, text: readStatement(join(folder, name)) }));
}

/** A line break at the end is an editor's: what was signed and stored has none. */
function readStatement(file: string): string {
  return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
}
