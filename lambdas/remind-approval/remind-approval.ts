import * as z from 'zod/mini';
import type { EventLog } from '../event-log.ts';
import { workflowEventSchema } from '../parse-event.ts';
import type { LedgerReader, Now, Recorder } from '../ports.ts';
import { readChain } from '../read-ledger-state.ts';
import { currentQuestion } from '../request-approval/current-question.ts';
import { nextNotice } from './next-notice.ts';

export const reminderEventSchema = z.extend(workflowEventSchema, {
  notices: z
    .array(
      z.object({
        level: z.enum(['reminder', 'escalation']),
        secondsBeforeExpiry: z.int().check(z.minimum(1)),
      }),
    )
    .check(z.minLength(1)),
});
export type ReminderEvent = z.infer<typeof reminderEventSchema>;

export interface RemindApprovalPorts {
  readonly ledger: LedgerReader;
  readonly recorder: Recorder;
  readonly now: Now;
}

export interface Reminded {
  /** `waiting`: wait so many seconds more. Everything else is how the question has ended. */
  readonly status: 'waiting' | 'approved' | 'expired';
  readonly waitSeconds: number;
}

/**
 * Says again that a purge waits for its approval, when it is time to, and how long to wait for the next time. What is said is an
 * entry of the ledger, one for each notice however often this runs; whoever listens to its events hears of it.
 * @throws OffboardingError `OFFBOARDING_SUPERSEDED`; `WRONG_STATE` when no approval is asked for
 */
export async function remindApproval(
  ports: RemindApprovalPorts,
  event: ReminderEvent,
  log: EventLog,
): Promise<Reminded> {
  const { planeId, offboardingId, notices } = event;
  const now = ports.now();
  const entries = await readChain(ports.ledger, planeId);
  const { question, approval } = currentQuestion(entries, offboardingId);
  const { scopeHash, expiresAt } = approval;
  // What was decided in time counts, also when the clock or another token has come between.
  if (approval.status === 'approved') return { status: 'approved', waitSeconds: 0 };
  if (now >= new Date(expiresAt)) return { status: 'expired', waitSeconds: 0 };

  const { due, waitSeconds } = nextNotice(notices, expiresAt, now);
  if (due) {
    await ports.recorder.record({
      planeId,
      offboardingId,
      type: 'APPROVAL_REMINDED',
      actor: 'workflow',
      reason: null,
      data: { level: due.level, scopeHash, expiresAt },
      idempotencyKey: `remind/${offboardingId}/${question.seq}/${due.secondsBeforeExpiry}`,
    });
    log.info('approval reminded', { level: due.level, expiresAt });
  }
  return { status: 'waiting', waitSeconds };
}
