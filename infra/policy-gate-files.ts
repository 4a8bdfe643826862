import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCedar, validatePolicies } from '../lambdas/policy-gate/policy-engine.ts';
import { readPolicyFiles } from '../lambdas/policy-gate/policy-files.ts';
import { parsePolicies } from '../lambdas/policy-gate/policy-set.ts';

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
 * What the policy gate reads beside its bundle: the engine, which esbuild does not know, and the policies. They are parsed
 * here, because parsing takes a cold start longer than everything else it does.
 * @throws Error naming every policy that cannot be parsed or does not fit the schema: nothing is deployed then
 */
export function policyGateFiles(directory: string): readonly AssetFile[] {
  const wasm = readFileSync(WASM_FILE);
  startCedar(wasm);
  const files = readPolicyFiles(POLICIES);
  const policies = parsePolicies(files);
  const findings = validatePolicies(policies, files);
  if (findings.length > 0) throw new Error(`the policies are not valid:\n${findings.join('\n')}`);
  return [
    { path: join(directory, WASM), contents: wasm },
    { path: join(directory, 'policies.json'), contents: Buffer.from(JSON.stringify(policies)) },
  ];
}
