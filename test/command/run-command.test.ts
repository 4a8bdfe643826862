import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const COMMAND = fileURLToPath(new URL('fixtures/works-in-a-folder.ts', import.meta.url));

let temporary: string;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'run-command-'));
});
afterEach(() => rmSync(temporary, { recursive: true, force: true }));

/** Runs the command in a process of its own. @param signal sent once it is at work */
async function run(argv: readonly string[], signal?: NodeJS.Signals) {
  const child = spawn(process.execPath, [COMMAND, ...argv], {
    env: { ...process.env, TMPDIR: temporary },
  });
  if (signal) child.stdout.once('data', () => child.kill(signal));
  const [[code], stderr] = await Promise.all([once(child, 'close'), text(child.stderr)]);
  return { code, stderr, left: readdirSync(temporary) };
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends a command with %d, and nothing of it stays', async (signal, code) => {
  const stderr = '\nStopping; nothing is kept.\n';
  expect(await run([], signal)).toEqual({ code, stderr, left: [] });
});

test.each([
  ['what it returns', ['--afterwards', 'end'], 7, ''],
  ['1 when it fails', ['--afterwards', 'fail'], 1, 'works: it broke\n'],
  ['2 for wrong arguments', ['--fast'], 2, "works: Unknown option '--fast'\n"],
])('a command ends with %s, and nothing of it stays', async (_, argv, code, stderr) => {
  expect(await run(argv)).toEqual({ code, stderr, left: [] });
});
