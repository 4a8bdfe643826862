import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UsageError } from '../../command/usage-error.ts';
import { readMarkdown } from '../../local/demo/documents.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'documents-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('every Markdown file below the folder that says anything', async () => {
  mkdirSync(join(folder, 'guides'));
  for (const [name, text] of [
    ['guides/a.MD', '# A'],
    ['b.md', '# B'],
    ['empty.md', '\n'],
    ['c.txt', 'C'],
  ] as const)
    writeFileSync(join(folder, name), text);
  expect(await readMarkdown(folder)).toEqual([
    { name: 'b.md', text: '# B' },
    { name: 'guides/a.MD', text: '# A' },
  ]);
});

test('a folder that is not there, or has no documents, is a wrong call', async () => {
  const missing = join(folder, 'missing');
  await expect(readMarkdown(missing)).rejects.toThrow(
    new UsageError(`--documents ${missing}: no such folder`),
  );
  await expect(readMarkdown(folder)).rejects.toThrow(
    new UsageError(`--documents ${folder}: no Markdown files below it`),
  );
});
