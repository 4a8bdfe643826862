import type { TestProject } from 'vitest/node';
import { synthesise } from '../../local/synthesise.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the cloud assembly of this run is: every environment, as `npm run synth` writes it. */
    assemblyDirectory: string;
  }
}

/** Synthesises every environment once for the whole run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const assembly = await synthesise();
  project.provide('assemblyDirectory', assembly.path);
  return async () => {
    await assembly[Symbol.asyncDispose]();
  };
}
