import { OFFBOARDING_ID, PLANE_ID, purgeScope, REQUESTER, TIMES } from '../../support/builders.ts';
import { SCOPE_HASH } from '../../support/ledgers.ts';
import type { ApiWorld } from './api-world.ts';

export const TOKEN = 'AAAAKgAAAAIAAAAAAAAAAtask-token';

/** The workflow waits, under this token, for an answer to the question that the ledger holds as `approvalRequested`. */
export async function askApproval(
  { decisions, callback }: Pick<ApiWorld, 'decisions' | 'callback'>,
  taskToken = TOKEN,
  requestedAt: string = TIMES.retentionUntil,
): Promise<void> {
  const decision = {
    planeId: PLANE_ID,
    offboardingId: OFFBOARDING_ID,
    scope: purgeScope(),
    scopeHash: SCOPE_HASH,
    requestedBy: [REQUESTER],
    requestedAt,
    expiresAt: TIMES.approvalExpires,
  };
  await decisions.put(decision, taskToken);
  callback.open.add(taskToken);
}
