import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { atExit } from '../command/at-exit.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../command/temporary-folder.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
/** Windows has no groups of processes; there Ctrl-C reaches the children by itself. */
const HAS_GROUPS = process.platform !== 'win32';

/**
 * Synthesises the app with the same CLI, context and code as `cdk deploy`, into a folder of its own: the CLI locks the one
 * it writes to, and runs may overlap.
 * @throws Error with what the CLI printed, when synthesis fails or warns
 */
export async function synthesise(): Promise<TemporaryFolder> {
  await using making = new AsyncDisposableStack();
  const assembly = making.use(await makeTemporaryFolder('assembly'));
  const cli = createRequire(import.meta.url).resolve('aws-cdk/bin/cdk');
  const child = spawn(
    process.execPath,
    [cli, 'synth', '**', '--quiet', '--strict', '--output', assembly.path],
    { cwd: PROJECT, detached: HAS_GROUPS, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  // The CLI starts the app as a process of its own, which would go on and write the folder again.
  const ended = atExit(() => kill(child.pid));
  try {
    const [[code], printed] = await Promise.all([once(child, 'close'), text(child.stderr)]);
    if (code !== 0) throw new Error(`cdk synth failed\n${printed}`);
  } finally {
    ended();
  }
  making.move();
  return assembly;
}

function kill(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(HAS_GROUPS ? -pid : pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
