import { Duration } from 'aws-cdk-lib';
import type { ApprovalNotice } from '../lambdas/remind-approval/next-notice.ts';
import type { ApprovalConfig } from './config.ts';

/**
 * When approvers are reminded and when somebody else is told, earliest first.
 * @throws Error when one of them would not come between the question and its expiry
 */
export function approvalNotices(
  config: ApprovalConfig,
): readonly [ApprovalNotice, ...ApprovalNotice[]] {
  const { timeoutDays, remindBeforeExpiryDays, escalateBeforeExpiryDays } = config;
  for (const days of [...remindBeforeExpiryDays, escalateBeforeExpiryDays])
    if (!(Number.isInteger(days) && days > 0 && days < timeoutDays))
      throw new Error(
        `a notice ${days} days before expiry does not come within the ${timeoutDays} days of an approval`,
      );
  if (
    new Set([...remindBeforeExpiryDays, escalateBeforeExpiryDays]).size <=
    remindBeforeExpiryDays.length
  )
    throw new Error('two notices of an approval come on the same day');
  const escalation = noticeOf('escalation', escalateBeforeExpiryDays);
  const notices = [
    ...remindBeforeExpiryDays.map((days) => noticeOf('reminder', days)),
    escalation,
  ].sort((a, b) => b.secondsBeforeExpiry - a.secondsBeforeExpiry);
  const [first = escalation, ...others] = notices;
  return [first, ...others];
}

function noticeOf(level: ApprovalNotice['level'], days: number): ApprovalNotice {
  return { level, secondsBeforeExpiry: Duration.days(days).toSeconds() };
}
