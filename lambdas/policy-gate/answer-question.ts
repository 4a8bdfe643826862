import type { EventLog } from '../event-log.ts';
import type { GateAnswer, GateQuestion } from '../ports.ts';

/** Whoever the gateway lets in may do what the ledger's rules allow. */
export async function answerQuestion(
  { action, caller }: GateQuestion,
  log: EventLog,
): Promise<GateAnswer> {
  log.info('gate decided', { action, caller: caller.identity, decision: 'ALLOWED' });
  return { decision: 'ALLOWED', reasons: [] };
}
