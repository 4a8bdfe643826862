import { inject } from 'vitest';
import type { LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import { type Cloud, type CloudOptions, startCloud } from '../../local/cloud.ts';
import { createSamplePlane, type SamplePlane } from '../../local/demo/sample-plane.ts';
import { type ApiAnswer, apiClient } from '../../local/signed-api.ts';

const DOCUMENTS = [
  { name: 'tar.md', text: '# Tar\n\nStream a tar archive entry by entry.' },
  { name: 'guides/zip.md', text: '# Zip\n\nCompress many files into one.' },
  { name: 'guides/ümläut & space.md', text: '# Names\n\nKeys may hold anything.' },
];

/** A registered plane of the embedded cloud, with the calls a person would make about it. */
export interface WorldPlane {
  readonly planeId: string;
  readonly sample: SamplePlane;
  as(identity: string, method: string, path?: string, body?: unknown): Promise<ApiAnswer>;
  start(body?: Record<string, unknown>): Promise<ApiAnswer>;
  status(): Promise<string>;
  ledger(): Promise<readonly LedgerEntry[]>;
  /** `TYPE` of each entry, `FROM->TO` for transitions. */
  history(): Promise<readonly string[]>;
  decide(identity: string, decision: 'approve' | 'reject', scopeHash?: string): Promise<ApiAnswer>;
}

export interface World {
  readonly cloud: Cloud;
  /** @param register what to register in the place of what the sample plane says of itself */
  plane(register?: (sample: SamplePlane) => Record<string, unknown>): Promise<WorldPlane>;
  close(): Promise<void>;
}

let planes = 0;

/** One embedded cloud, from the assembly that the test run synthesised. */
export async function startWorld(
  options: Partial<Pick<CloudOptions, 'onCall' | 'stackName' | 'assemblyDirectory'>> = {},
): Promise<World> {
  const cloud = await startCloud({
    assemblyDirectory: inject('assemblyDirectory'),
    stackName: 'Offboarding-dev',
    clock: 'virtual',
    ...options,
  });
  return {
    cloud,
    plane: (register = ({ registration }) => registration) => registerPlane(cloud, register),
    close: () => cloud.close(),
  };
}

async function registerPlane(
  cloud: Cloud,
  register: (sample: SamplePlane) => Record<string, unknown>,
): Promise<WorldPlane> {
  planes += 1;
  const sample = await createSamplePlane(cloud, {
    name: `plane-${planes}`,
    tenantId: 'tenant-a',
    documents: DOCUMENTS,
  });
  const registered = await apiClient(cloud.apiUrl, 'operator').call(
    'POST',
    '/planes',
    register(sample),
  );
  if (registered.status !== 201) throw new Error(JSON.stringify(registered.body));
  const { planeId } = registered.body;
  const as: WorldPlane['as'] = (identity, method, path = '', body) =>
    apiClient(cloud.apiUrl, identity).call(method, `/planes/${planeId}${path}`, body);
  const ledger = async () => (await as('auditor', 'GET', '/ledger')).body.entries;
  return {
    planeId,
    sample,
    as,
    async start(body = {}) {
      const started = await as('operator', 'POST', '/offboarding', { reason: 'test', ...body });
      await cloud.clock.settle();
      return started;
    },
    status: async () => (await as('operator', 'GET', '/offboarding')).body.status,
    ledger,
    history: async () =>
      (await ledger()).map((entry: LedgerEntry) =>
        entry.type === 'TRANSITION' ? `${entry.from}->${entry.to}` : entry.type,
      ),
    async decide(identity, decision, scopeHash) {
      const asked = scopeHash ?? (await as(identity, 'GET', '/approval')).body.scopeHash;
      const answer = await as(identity, 'POST', '/approval', {
        decision,
        reason: 'decided',
        scopeHash: asked,
      });
      await cloud.clock.settle();
      return answer;
    },
  };
}
