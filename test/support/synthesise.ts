import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { synthesise } from '../../local/synthesise.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the cloud assembly of this run is: every environment, as `npm run synth` writes it. */
    assemblyDirectory: string;
  }
}

/** Synthesises every environment once for the whole run, into a directory of its own: runs may overlap. */
export async function setup(project: TestProject): Promise<() => void> {
  const directory = mkdtempSync(join(tmpdir(), 'offboarding-assembly-'));
  const remove = () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  try {
    await synthesise(directory);
  } catch (error) {
    remove();
    throw error;
  }
  project.provide('assemblyDirectory', directory);
  return remove;
}
