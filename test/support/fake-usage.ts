import type { Dependent, Lease, UsageReader } from '../../lambdas/ports.ts';

export interface FakeUsage extends UsageReader {
  readonly leases: Lease[];
  readonly declared: Dependent[];
}

export function fakeUsage(
  leases: readonly Lease[] = [],
  declared: readonly Dependent[] = [],
): FakeUsage {
  const usage = { leases: [...leases], declared: [...declared] };
  return {
    ...usage,
    activeLeases: async (_planeId, now) =>
      usage.leases.filter(({ expiresAt }) => expiresAt > now.toISOString()),
    dependents: async () => usage.declared,
  };
}

/** Reads what the API's routes have written. */
export function usageOver(written: {
  readonly leases: ReadonlyMap<string, Lease>;
  readonly dependents: ReadonlyMap<string, Dependent>;
}): UsageReader {
  return {
    activeLeases: async (_planeId, now) =>
      [...written.leases.values()].filter(({ expiresAt }) => expiresAt > now.toISOString()),
    dependents: async () => [...written.dependents.values()],
  };
}

export function lease(changes: Partial<Lease> = {}): Lease {
  return {
    leaseId: 'run-1',
    kind: 'run',
    heldBy: 'arn:aws:iam::111122223333:user/runner',
    expiresAt: '2030-01-01T00:00:00.000Z',
    ...changes,
  };
}

export function dependent(dependentId = 'agent-1'): Dependent {
  return { dependentId, kind: 'agent', declaredBy: 'arn:aws:iam::111122223333:user/builder' };
}
