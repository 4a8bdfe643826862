import { globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPolicyEngine, validatePolicies } from '../lambdas/policy-gate/policy-engine.ts';
import { readPolicyFiles } from '../lambdas/policy-gate/policy-files.ts';

const POLICIES = join(import.meta.dirname, '..', 'policies');
const WASM = 'cedar_wasm_bg.wasm';
const WASM_FILE = join(
  dirname(fileURLToPath(import.meta.resolve('@cedar-policy/cedar-wasm/web'))),
  WASM,
);

export interface AssetFile {
  readonly path: string;
  readonly contents: Uint8Array;
}

/**
 * What the policy gate reads beside its bundle: the policies as they are, and the engine, which esbuild does not know.
 * @param directory where they go; a policy that is there but no more among ours is removed
 * @throws Error naming every policy that does not fit the schema: nothing is deployed then
 */
export function policyGateFiles(directory: string): readonly AssetFile[] {
  const wasm = readFileSync(WASM_FILE);
  const files = readPolicyFiles(POLICIES);
  const findings = validatePolicies(createPolicyEngine(wasm, files), files);
  if (findings.length > 0) throw new Error(`the policies are not valid:\n${findings.join('\n')}`);
  const names = globSync('*.cedar*', { cwd: POLICIES });
  for (const name of globSync('*.cedar*', { cwd: directory }))
    if (!names.includes(name)) rmSync(join(directory, name));
  return [
    { path: join(directory, WASM), contents: wasm },
    ...names.map((name) => ({
      path: join(directory, name),
      contents: readFileSync(join(POLICIES, name)),
    })),
  ];
}
