import * as z from 'zod/mini';
import { OffboardingError } from '../core/errors.ts';
import type { EventLog } from '../event-log.ts';
import { workflowEventSchema } from '../parse-event.ts';
import type { LedgerReader, PendingDecisions } from '../ports.ts';
import { readChain } from '../read-ledger-state.ts';
import { currentQuestion } from './current-question.ts';

export const awaitEventSchema = z.extend(workflowEventSchema, {
  taskToken: z.string().check(z.minLength(1)),
});
export type AwaitEvent = z.infer<typeof awaitEventSchema>;

export interface AwaitApprovalPorts {
  readonly ledger: LedgerReader;
  readonly decisions: PendingDecisions;
}

/**
 * Goes on waiting for the answer to a question that has been asked: the same question with the same expiry, under another task
 * token, because the one before ended with its step. The token is not logged, not recorded and not returned.
 *
 * The token is stored first and the ledger read afterwards. Whoever decides records first and reads the token afterwards. So of a
 * decision that comes in between, either they find the new token, or their decision is found here.
 * @throws OffboardingError `APPROVAL_DECIDED` when the ledger holds the decision; `OFFBOARDING_SUPERSEDED`; `WRONG_STATE`
 */
export async function awaitApproval(
  { ledger, decisions }: AwaitApprovalPorts,
  { planeId, offboardingId, taskToken }: AwaitEvent,
  log: EventLog,
): Promise<void> {
  const { question, approval } = currentQuestion(await readChain(ledger, planeId), offboardingId);
  const { scope, scopeHash, requestedBy, expiresAt } = approval;
  await decisions.put(
    { planeId, offboardingId, scope, scopeHash, requestedBy, requestedAt: question.at, expiresAt },
    taskToken,
  );
  const after = currentQuestion(await readChain(ledger, planeId), offboardingId);
  if (after.approval.status === 'approved')
    throw new OffboardingError('APPROVAL_DECIDED', 'the decision came between two task tokens');
  log.info('approval awaited', { scopeHash, expiresAt });
}
