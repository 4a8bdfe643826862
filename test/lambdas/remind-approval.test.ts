import { describe, expect, it } from 'vitest';
import { createRecorder } from '../../lambdas/recorder/recorder.ts';
import { type ApprovalNotice, nextNotice } from '../../lambdas/remind-approval/next-notice.ts';
import {
  type ReminderEvent,
  remindApproval,
} from '../../lambdas/remind-approval/remind-approval.ts';
import { awaitApproval } from '../../lambdas/request-approval/await-approval.ts';
import {
  OFFBOARDING_ID,
  offboardingRequest,
  PLANE_ID,
  planeRecord,
  purgeScope,
  REQUESTER,
  TIMES,
} from '../support/builders.ts';
import { fakeDecisions } from '../support/fake-decisions.ts';
import { fakeLedger } from '../support/fake-ledger.ts';
import { fakePlanes } from '../support/fake-planes.ts';
import {
  approvalExpired,
  approvalRequested,
  approved,
  JOURNEYS,
  ledgerOf,
  rejected,
  SCOPE_HASH,
  type Step,
} from '../support/ledgers.ts';
import { recordingLog } from '../support/recording-log.ts';

const DAY = 86_400;
const NOTICES: readonly ApprovalNotice[] = [
  { level: 'reminder', secondsBeforeExpiry: 4 * DAY },
  { level: 'reminder', secondsBeforeExpiry: 2 * DAY },
  { level: 'escalation', secondsBeforeExpiry: DAY },
];
const EXPIRY = TIMES.approvalExpires;
const beforeExpiry = (seconds: number) => new Date(Date.parse(EXPIRY) - seconds * 1000);
const EVENT: ReminderEvent = {
  planeId: PLANE_ID,
  offboardingId: OFFBOARDING_ID,
  request: offboardingRequest(),
  notices: [...NOTICES],
};

describe('the next notice', () => {
  it.each<[number, ApprovalNotice['level'] | undefined, number | undefined, number]>([
    [5 * DAY, undefined, undefined, DAY],
    [4 * DAY + 0.2, undefined, undefined, 1],
    [4 * DAY, 'reminder', 4, 2 * DAY],
    [3 * DAY, 'reminder', 4, DAY],
    [2 * DAY, 'reminder', 2, DAY],
    [DAY, 'escalation', 1, DAY],
    [60, 'escalation', 1, 60],
    [0.5, 'escalation', 1, 1],
  ])('%d s before the expiry: %s of %s days, then a wait of %d s', (seconds, level, days, wait) => {
    const { due, waitSeconds } = nextNotice(NOTICES, EXPIRY, beforeExpiry(seconds));
    expect(due?.level).toBe(level);
    expect(due && due.secondsBeforeExpiry / DAY).toBe(days);
    expect(waitSeconds).toBe(wait);
  });
});

async function scene(now: Date, ...steps: readonly Step[]) {
  const ledger = fakeLedger(await ledgerOf(...JOURNEYS.ARCHIVED, approvalRequested, ...steps));
  const planes = fakePlanes(planeRecord());
  const decisions = fakeDecisions();
  const log = recordingLog();
  const recorder = createRecorder({ ledger, planes, now: () => now, log });
  const start = ledger.entries.length;
  return {
    ledger,
    decisions,
    log,
    added: () => ledger.entries.slice(start).map(({ type, data }) => [type, data]),
    remind: (event = EVENT) => remindApproval({ ledger, recorder, now: () => now }, event, log),
    wait: (taskToken: string) => awaitApproval({ ledger, decisions }, { ...EVENT, taskToken }, log),
  };
}

describe('a reminder', () => {
  it('is on record once for each notice, however often it is asked for', async () => {
    const { remind, added } = await scene(beforeExpiry(2 * DAY));
    expect(await remind()).toEqual({ status: 'waiting', waitSeconds: DAY });
    expect(await remind()).toEqual({ status: 'waiting', waitSeconds: DAY });
    expect(added()).toEqual([
      ['APPROVAL_REMINDED', { level: 'reminder', scopeHash: SCOPE_HASH, expiresAt: EXPIRY }],
    ]);
  });

  it('waits for its time when it is asked for too early', async () => {
    const { remind, added } = await scene(beforeExpiry(4 * DAY + 30));
    expect(await remind()).toEqual({ status: 'waiting', waitSeconds: 30 });
    expect(added()).toEqual([]);
  });

  it('is not needed when the decision is on record, not even when the time is over', async () => {
    for (const now of [beforeExpiry(DAY), beforeExpiry(0)]) {
      const { remind, added } = await scene(now, approved);
      expect(await remind()).toEqual({ status: 'approved', waitSeconds: 0 });
      expect(added()).toEqual([]);
    }
  });

  it('is no more when the time is over', async () => {
    const { remind, added } = await scene(beforeExpiry(0));
    expect(await remind()).toEqual({ status: 'expired', waitSeconds: 0 });
    expect(added()).toEqual([]);
  });

  it.each([
    ['was rejected', rejected],
    ['has expired', approvalExpired],
  ])('is refused about a question that %s', async (_, step) => {
    const { remind } = await scene(beforeExpiry(DAY), step);
    await expect(remind()).rejects.toMatchObject({ name: 'WRONG_STATE' });
  });

  it('is refused for another offboarding', async () => {
    const { remind } = await scene(beforeExpiry(DAY));
    await expect(remind({ ...EVENT, offboardingId: 'off_other' })).rejects.toMatchObject({
      name: 'OFFBOARDING_SUPERSEDED',
    });
  });
});

describe('waiting on', () => {
  it('puts the same question under another token, and writes nothing', async () => {
    const { wait, decisions, added, log } = await scene(beforeExpiry(2 * DAY));
    await wait('second-token');
    expect(await decisions.readTaskToken(PLANE_ID)).toBe('second-token');
    expect(await decisions.read(PLANE_ID)).toEqual({
      planeId: PLANE_ID,
      offboardingId: OFFBOARDING_ID,
      scope: purgeScope(),
      scopeHash: SCOPE_HASH,
      requestedBy: [REQUESTER],
      requestedAt: TIMES.retentionUntil,
      expiresAt: EXPIRY,
    });
    expect(added()).toEqual([]);
    expect(JSON.stringify(log.lines)).not.toContain('second-token');
  });

  it('ends at once when the decision came before the token was stored', async () => {
    const { wait, decisions } = await scene(beforeExpiry(2 * DAY), approved);
    await expect(wait('second-token')).rejects.toMatchObject({ name: 'APPROVAL_DECIDED' });
    // Stored first, read afterwards: the other way round a decision in between would be lost.
    expect(await decisions.readTaskToken(PLANE_ID)).toBe('second-token');
  });

  it('ends at once when the decision came while the token was stored', async () => {
    const { wait, decisions, ledger } = await scene(beforeExpiry(2 * DAY));
    const { put } = decisions;
    decisions.put = async (...stored) => {
      await put(...stored);
      const all = await ledgerOf(...JOURNEYS.ARCHIVED, approvalRequested, approved);
      ledger.entries.splice(0, ledger.entries.length, ...all);
    };
    await expect(wait('second-token')).rejects.toMatchObject({ name: 'APPROVAL_DECIDED' });
  });
});
