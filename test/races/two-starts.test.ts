import { expect, it } from 'vitest';
import { type ApiWorld, apiWorld } from '../lambdas/api/api-world.ts';
import { PLANE_ID } from '../support/builders.ts';
import { everyInterleaving, takeTurns } from './interleave.ts';

const ALICE = 'arn:aws:iam::111122223333:user/alice';
const BOB = 'arn:aws:iam::111122223333:user/bob';

function world(): ApiWorld {
  const api = apiWorld();
  takeTurns('registry', api.registry, { read: 'reads', claimAttempt: 'writes' });
  takeTurns('executions', api.executions, { describe: 'reads', start: 'writes' });
  return api;
}

const startAs = (as: string) => async (api: ApiWorld) =>
  (
    await api.call('POST', '/planes/{planeId}/offboarding', {
      as,
      body: { reason: 'contract ends' },
    })
  ).status;

it('two starts: one offboarding runs, the other caller is told so', async () => {
  const winners = new Set<string>();
  const orders = await everyInterleaving({
    world,
    racers: { alice: startAs(ALICE), bob: startAs(BOB) },
    check(api, { alice, bob }) {
      const answers = [alice, bob].map((end) => end?.status === 'fulfilled' && end.value);
      expect(answers.toSorted()).toEqual([202, 409]);

      const winner = answers[0] === 202 ? ALICE : BOB;
      winners.add(winner);
      const executions = [...api.executions.running.values()];
      expect(executions).toHaveLength(1);
      expect(JSON.parse(executions[0]?.input ?? '').request.requestedBy).toBe(winner);
      // The registry remembers the one that runs, and a start is no transition: the recorder writes that.
      expect(api.planes.records.get(PLANE_ID)).toMatchObject({
        offboarding: { attempt: 1, request: { requestedBy: winner } },
      });
      expect(api.ledger.entries).toEqual([]);
    },
  });
  expect(orders).toBeGreaterThan(5);
  expect(winners).toEqual(new Set([ALICE, BOB]));
});
