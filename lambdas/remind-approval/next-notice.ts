import type { ReminderData } from '../core/ledger-state.ts';

/** Something that is said to somebody when an approval has been waited for so long. */
export interface ApprovalNotice {
  readonly level: ReminderData['level'];
  readonly secondsBeforeExpiry: number;
}

export interface NoticePlan {
  /** The latest one whose time has come. Those before it are not said any more: this one says it all. */
  readonly due: ApprovalNotice | undefined;
  /** Until the next one, or until the expiry; at least 1. */
  readonly waitSeconds: number;
}

/** Plans by the clock and by the expiry alone, so that it does not matter when the workflow asks. */
export function nextNotice(
  notices: readonly ApprovalNotice[],
  expiresAt: string,
  now: Date,
): NoticePlan {
  const remainingSeconds = (Date.parse(expiresAt) - now.getTime()) / 1000;
  const isDue = ({ secondsBeforeExpiry }: ApprovalNotice) =>
    secondsBeforeExpiry >= remainingSeconds;
  const byTime = notices.toSorted((a, b) => b.secondsBeforeExpiry - a.secondsBeforeExpiry);
  const next = byTime.find((notice) => !isDue(notice));
  return {
    due: byTime.findLast(isDue),
    waitSeconds: Math.max(1, Math.ceil(remainingSeconds - (next?.secondsBeforeExpiry ?? 0))),
  };
}
