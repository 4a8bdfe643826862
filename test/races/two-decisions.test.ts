import { describe, expect, it } from 'vitest';
import { askApproval, TOKEN } from '../lambdas/api/ask-approval.ts';
import { APPROVER, TIMES } from '../support/builders.ts';
import { approvalRequested, JOURNEYS, SCOPE_HASH } from '../support/ledgers.ts';
import { everyInterleaving, turn } from './interleave.ts';
import { type RaceWorld, raceWorld } from './race-world.ts';

const OFFICER = 'arn:aws:iam::111122223333:user/officer';

async function asked(requiredApprovals: number, now: string = TIMES.approved): Promise<RaceWorld> {
  const data = { ...approvalRequested.data, requiredApprovals };
  const race = await raceWorld([...JOURNEYS.ARCHIVED, { ...approvalRequested, data }], now);
  await askApproval(race);
  return race;
}

const decide = (decision: 'approve' | 'reject', as: string) => (race: RaceWorld) =>
  race.request('POST', '/approval', {
    as,
    body: { decision, reason: 'nothing is needed any more', scopeHash: SCOPE_HASH },
  });

const told = ({ callback }: RaceWorld) =>
  (callback.sent[0]?.output as { decision?: string } | undefined)?.decision;

/** Waits for the answer, and does as it says. */
async function workflow(race: RaceWorld): Promise<void> {
  await turn('is answered', { isReady: () => told(race) !== undefined });
  if (told(race) === 'approve') await race.gate('PURGED');
  else await race.record('REJECTED', { scopeHash: SCOPE_HASH });
}

type Outcomes = Readonly<Record<string, PromiseSettledResult<unknown>>>;
const answer = (outcomes: Outcomes, name: string) => {
  const end = outcomes[name];
  return end?.status === 'fulfilled' ? end.value : end?.reason;
};

describe('two decisions about one purge', { timeout: 120_000 }, () => {
  it('two approvals where two are needed: both are on record before the workflow hears of it, once', async () => {
    const orders = await everyInterleaving({
      world: () => asked(2),
      racers: {
        approver: decide('approve', APPROVER),
        officer: decide('approve', OFFICER),
        workflow,
      },
      check(race, outcomes) {
        expect(race.callback.sent).toHaveLength(1);
        expect(race.types()).toEqual([
          'APPROVED ARCHIVED',
          'APPROVED ARCHIVED',
          'GATE_PASSED ARCHIVED',
        ]);
        // 202: on record, and one more is needed. Who completes it is told 200, and both may have.
        const answers = [answer(outcomes, 'approver'), answer(outcomes, 'officer')];
        expect([
          [200, 200],
          [200, 202],
        ]).toContainEqual(answers.toSorted());
      },
    });
    expect(orders).toBeGreaterThan(20);
  });

  it('an approval and a rejection: what the workflow is told first happens, and the other is told so', async () => {
    const happened = new Set<unknown>();
    const orders = await everyInterleaving({
      world: () => asked(1),
      racers: {
        approver: decide('approve', APPROVER),
        officer: decide('reject', OFFICER),
        workflow,
      },
      check(race, outcomes) {
        expect(race.callback.sent).toHaveLength(1);
        happened.add(told(race));
        const [won, lost] =
          told(race) === 'approve' ? ['approver', 'officer'] : ['officer', 'approver'];
        expect(answer(outcomes, won)).toBe(200);
        expect(answer(outcomes, lost)).toBeGreaterThanOrEqual(400);
        expect(answer(outcomes, lost)).toBeLessThan(500);
        const { approval, purgeCommitted } = race.state();
        expect(approval?.status).toBe(won === 'approver' ? 'approved' : 'rejected');
        expect(purgeCommitted).toBe(won === 'approver');
      },
    });
    expect(happened).toEqual(new Set(['approve', 'reject']));
    expect(orders).toBeGreaterThan(20);
  });

  it('an approval against the expiry: the purge goes on, or everybody knows that it does not', async () => {
    const ends = new Set<string>();
    const orders = await everyInterleaving({
      world: () => asked(1),
      racers: {
        approver: decide('approve', APPROVER),
        passTime: (race) => race.passTime(TIMES.approvalExpires),
        /** Waits until the time is over, unless it is answered before. */
        async workflow(race) {
          const isOver = () => race.now().toISOString() >= TIMES.approvalExpires;
          await turn('wakes up', { isReady: () => isOver() || told(race) !== undefined });
          if (told(race) === 'approve') return race.gate('PURGED');
          race.callback.open.delete(TOKEN);
          await race.record('APPROVAL_EXPIRED');
        },
      },
      check(race, outcomes) {
        expect(outcomes.workflow).toMatchObject({ status: 'fulfilled' });
        const { approval, purgeCommitted } = race.state();
        const status = answer(outcomes, 'approver');
        ends.add(`${approval?.status} ${status}`);
        expect(purgeCommitted).toBe(status === 200);
        expect(approval?.status).toBe(status === 200 ? 'approved' : 'expired');
      },
    });
    expect(ends).toContain('approved 200');
    expect([...ends].filter((end) => end.startsWith('expired 4'))).not.toEqual([]);
    expect(orders).toBeGreaterThan(20);
  });
});
