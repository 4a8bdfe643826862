import { UsageError } from '../command/usage-error.ts';
import { parseArguments, USAGE } from './arguments.ts';
import { type Evidence, readEvidence } from './evidence-files.ts';
import { verifyEvidence } from './verify-evidence.ts';

export interface Terminal {
  stdout(text: string): void;
  stderr(text: string): void;
}

/** @returns the exit code: 0 when nothing fails, 1 when anything does, 2 when it was called wrongly or a file cannot be read */
export function verify(argv: readonly string[], { stdout, stderr }: Terminal): 0 | 1 | 2 {
  let evidence: Evidence;
  try {
    const files = parseArguments(argv);
    if (!files) {
      stdout(`${USAGE}\n`);
      return 0;
    }
    evidence = readEvidence(files);
  } catch (error) {
    stderr(`verify: ${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof UsageError) stderr(`\n${USAGE}\n`);
    return 2;
  }
  const findings = verifyEvidence(evidence);
  for (const { outcome, text } of findings) stdout(`${outcome.padEnd(11)}  ${printable(text)}\n`);
  const failed = findings.filter(({ outcome }) => outcome === 'FAIL').length;
  stdout(failed === 0 ? 'Everything that was checked holds.\n' : `${failed} do not hold.\n`);
  return failed === 0 ? 0 : 1;
}

/** A forged file may hold what garbles a terminal, or looks like another line of the report. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\ufffd');
}
