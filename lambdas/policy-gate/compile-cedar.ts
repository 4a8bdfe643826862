import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What lies beside the bundle: infra/policy-gate-files.ts. */
export function readAsset(name: string): Buffer<ArrayBuffer> {
  return readFileSync(join(import.meta.dirname, name));
}

/**
 * Cedar's code, on its way through V8's compiler. To be imported before anything else: V8 compiles in threads of its own
 * while the rest of the bundle is being loaded, and is done when that is.
 */
export const cedarModule = WebAssembly.compile(readAsset('cedar_wasm_bg.wasm'));
