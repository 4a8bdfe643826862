import { endOnSignal } from './end-on-signal.ts';
import { ignoreClosedOutput } from './ignore-closed-output.ts';
import { UsageError } from './usage-error.ts';

/**
 * Runs a command as this process. It exits with what the command returns, with 1 when that fails, and with 2 when it was
 * called wrongly (`UsageError`); a signal ends it, and removes its temporary folders.
 */
export async function runCommand(
  name: string,
  command: (argv: readonly string[]) => Promise<number>,
): Promise<void> {
  endOnSignal();
  ignoreClosedOutput();
  try {
    process.exitCode = await command(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${name}: ${describe(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

/** What the language itself throws is a defect, and is found by where it was thrown. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isDefect = [TypeError, RangeError, ReferenceError].some((type) => error instanceof type);
  return (isDefect && error.stack) || error.message;
}
