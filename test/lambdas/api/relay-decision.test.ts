import { describe, expect, it } from 'vitest';
import { relayDecision } from '../../../lambdas/api/relay-decision.ts';
import { PLANE_ID } from '../../support/builders.ts';
import {
  approvalExpired,
  approvalRequested,
  approved,
  gatePassed,
  JOURNEYS,
  ledgerOf,
  rejected,
  type Step,
} from '../../support/ledgers.ts';

const ASKED: readonly Step[] = [...JOURNEYS.ARCHIVED, approvalRequested];

/** A workflow that changes its token, and goes on, while somebody waits: a token and a ledger for each pause. */
async function scene(
  states: readonly { readonly token: string | undefined; readonly steps: readonly Step[] }[],
  open: string,
) {
  const ledgers = await Promise.all(states.map(({ steps }) => ledgerOf(...steps)));
  const sent: string[] = [];
  let pauses = 0;
  const at = <T>(values: readonly T[]): T | undefined =>
    values[Math.min(pauses, values.length - 1)];
  const ports = {
    ledger: { read: async () => at(ledgers) ?? [] },
    decisions: {
      put: async () => {},
      read: async () => undefined,
      readTaskToken: async () => at(states)?.token,
      delete: async () => {},
    },
    callback: {
      async sendSuccess(taskToken: string) {
        sent.push(taskToken);
        return taskToken === open ? ('sent' as const) : ('closed' as const);
      },
      async pause() {
        pauses += 1;
      },
    },
  };
  const relay = (decision: 'approve' | 'reject') => relayDecision(ports, PLANE_ID, { decision });
  return { relay, sent, pauses: () => pauses };
}

describe('a decision on its way to the workflow', () => {
  it('arrives under the token that waits', async () => {
    const { relay, sent, pauses } = await scene([{ token: 'first', steps: ASKED }], 'first');
    expect(await relay('approve')).toBe('sent');
    expect([sent, pauses()]).toEqual([['first'], 0]);
  });

  it('waits for the next token when the first has just ended, and sends to none of them twice', async () => {
    const old = { token: 'first', steps: ASKED };
    const { relay, sent, pauses } = await scene(
      [old, old, { token: 'second', steps: ASKED }],
      'second',
    );
    expect(await relay('reject')).toBe('sent');
    expect([sent, pauses()]).toEqual([['first', 'second'], 2]);
  });

  it('has arrived when the workflow has gone on because of it', async () => {
    const steps = [...ASKED, approved];
    const { relay, pauses } = await scene(
      [
        { token: 'first', steps },
        { token: 'first', steps: [...steps, gatePassed('PURGED')] },
      ],
      'none',
    );
    expect(await relay('approve')).toBe('sent');
    expect(pauses()).toBe(1);
  });

  it('has arrived when somebody else, whom it completes, has handed theirs over', async () => {
    const steps = [...ASKED, approved];
    const { relay, sent, pauses } = await scene(
      [
        { token: undefined, steps },
        { token: undefined, steps: [...steps, gatePassed('PURGED')] },
      ],
      'none',
    );
    expect(await relay('approve')).toBe('sent');
    expect([sent, pauses()]).toEqual([[], 1]);
  });

  it.each<[string, 'approve' | 'reject', readonly Step[]]>([
    ['the question has expired', 'approve', [...ASKED, approvalExpired]],
    ['somebody else has rejected', 'approve', [...ASKED, rejected]],
    ['the purge has begun', 'reject', [...ASKED, approved, gatePassed('PURGED')]],
  ])('is too late when %s', async (_, decision, steps) => {
    const { relay, pauses } = await scene([{ token: 'first', steps }], 'none');
    expect(await relay(decision)).toBe('closed');
    expect(pauses()).toBe(0);
  });

  it('is too late when nobody takes it for ten seconds', async () => {
    const { relay, pauses } = await scene(
      [{ token: 'first', steps: [...ASKED, approved] }],
      'none',
    );
    expect(await relay('approve')).toBe('closed');
    expect(pauses()).toBe(25);
  });
});
