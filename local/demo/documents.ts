import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { UsageError } from '../../command/usage-error.ts';

/** A document as the plane stores it. `name` is its path below the folder, with forward slashes. */
export interface Document {
  readonly name: string;
  readonly text: string;
}

const CHUNK_CHARACTERS = 2_000;

/**
 * Every Markdown file below a folder, in a stable order, empty ones left out.
 * @throws UsageError when the folder does not exist or holds no Markdown
 */
export async function readMarkdown(folder: string): Promise<readonly Document[]> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw new UsageError(`--documents ${folder}: no such folder`);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.toLowerCase().endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const documents: Document[] = [];
  for (const path of paths) {
    const text = await readFile(path, 'utf8');
    if (text.trim() !== '')
      documents.push({ name: relative(folder, path).split(sep).join('/'), text });
  }
  if (documents.length === 0)
    throw new UsageError(`--documents ${folder}: no Markdown files below it`);
  return documents;
}

/** Cuts a text into pieces of some 2,000 characters, at paragraph ends where it can. */
export function chunk(text: string): readonly string[] {
  const chunks: string[] = [];
  let current = '';
  for (const paragraph of text.split(/\n{2,}/)) {
    if (current !== '' && current.length + paragraph.length > CHUNK_CHARACTERS) {
      chunks.push(current);
      current = '';
    }
    current = current === '' ? paragraph : `${current}\n\n${paragraph}`;
    while (current.length > 2 * CHUNK_CHARACTERS) {
      chunks.push(current.slice(0, CHUNK_CHARACTERS));
      current = current.slice(CHUNK_CHARACTERS);
    }
  }
  if (current.trim() !== '') chunks.push(current);
  return chunks;
}
