import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verify } from '../../verify/verify.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'unreadable-'));
  mkdirSync(join(folder, 'checkpoints', 'old'), { recursive: true });
  writeFileSync(join(folder, 'executed.jws'), 'a.b.c\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @param argv every name of a file is one of the folder */
function run(...argv: readonly string[]) {
  let [stdout, stderr] = ['', ''];
  const code = verify(
    argv.map((argument) => (argument.startsWith('--') ? argument : join(folder, argument))),
    {
      stdout: (text) => {
        stdout += text;
      },
      stderr: (text) => {
        stderr += text;
      },
    },
  );
  return { code, stdout, stderr };
}

test.each([
  [['missing.jws'], 'missing.jws does not exist'],
  [['checkpoints'], 'checkpoints is a folder, and should be a file'],
  [['executed.jws', '--keys', 'keys.json'], 'keys.json does not exist'],
  [['executed.jws', '--ledger', 'checkpoints'], 'checkpoints is a folder, and should be a file'],
  [['executed.jws', '--checkpoints', 'executed.jws'], 'executed.jws is not a folder'],
  [
    ['executed.jws', '--checkpoints', 'checkpoints'],
    join('checkpoints', 'old is a folder, and should be a file'),
  ],
])('%j is one sentence that names the file', (argv, sentence) => {
  const stderr = `verify: ${join(folder, sentence)}\n`;
  expect(run(...argv)).toEqual({ code: 2, stdout: '', stderr });
});

test('how it is called is said when it was called wrongly', () => {
  const { code, stderr } = run('executed.jws', 'final.jws');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^verify: give one certificate, the executed one\n\n/);
  expect(stderr).toContain('--checkpoints <folder>');
});
