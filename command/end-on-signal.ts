import { constants } from 'node:os';

/**
 * Ctrl-C and SIGTERM end the process as `process.exit` does, with 128 and the signal's number: what is registered with
 * `atExit` is done.
 */
export function endOnSignal(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      process.stderr.write('\nStopping; nothing is kept.\n');
      process.exit(128 + constants.signals[signal]);
    });
}
