import { describe, expect, it } from 'vitest';
import { approvalNotices } from '../../infra/approval-notices.ts';
import { ENVIRONMENTS } from '../../infra/config.ts';

const CONFIG = { timeoutDays: 7, remindBeforeExpiryDays: [2, 4], escalateBeforeExpiryDays: 1 };

describe('the notices of an approval', () => {
  it('come in the order of their times', () => {
    expect(approvalNotices(CONFIG)).toEqual([
      { level: 'reminder', secondsBeforeExpiry: 345_600 },
      { level: 'reminder', secondsBeforeExpiry: 172_800 },
      { level: 'escalation', secondsBeforeExpiry: 86_400 },
    ]);
  });

  it.each([
    ['after the expiry', { ...CONFIG, remindBeforeExpiryDays: [0] }],
    ['with the question', { ...CONFIG, remindBeforeExpiryDays: [7] }],
    ['before the question', { ...CONFIG, escalateBeforeExpiryDays: 8 }],
    ['at half a day', { ...CONFIG, escalateBeforeExpiryDays: 0.5 }],
    ['twice at one time', { ...CONFIG, remindBeforeExpiryDays: [4, 4] }],
    ['as a reminder and as an escalation', { ...CONFIG, escalateBeforeExpiryDays: 2 }],
  ])('never come %s', (_, config) => {
    expect(() => approvalNotices(config)).toThrow(/notice/);
  });

  it.each(Object.entries(ENVIRONMENTS))('are in order in %s', (_, { approval }) => {
    const notices = approvalNotices(approval);
    expect(notices.at(-1)?.level).toBe('escalation');
    expect(notices.length).toBeGreaterThan(1);
  });
});
