import type { PendingDecision, PendingDecisions } from '../../lambdas/ports.ts';

export function fakeDecisions(): PendingDecisions {
  const pending = new Map<string, { decision: PendingDecision; taskToken: string }>();
  return {
    async put(decision, taskToken) {
      pending.set(decision.planeId, { decision, taskToken });
    },
    read: async (planeId) => pending.get(planeId)?.decision,
    readTaskToken: async (planeId) => pending.get(planeId)?.taskToken,
    async delete(planeId, scopeHash) {
      if (pending.get(planeId)?.decision.scopeHash === scopeHash) pending.delete(planeId);
    },
  };
}
