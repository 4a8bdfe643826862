import { expect, it } from 'vitest';
import type { AccessPoint } from '../../lambdas/access/access-point.ts';
import { createDeactivate } from '../../lambdas/deactivate/deactivate.ts';
import { createVerifyDeactivate } from '../../lambdas/verify-deactivate/verify-deactivate.ts';
import { REQUESTER, TIMES } from '../support/builders.ts';
import { fakeUsage } from '../support/fake-usage.ts';
import { deregistered } from '../support/ledgers.ts';
import { memoryStore } from '../support/memory-store.ts';
import { everyInterleaving, turn } from './interleave.ts';
import { type RaceWorld, raceWorld } from './race-world.ts';

const DOCUMENTS = { kind: 's3-prefix', bucket: 'documents', prefix: 'kp-1/' } as const;
const TOKENS = {
  kind: 'token-partition',
  table: 't-tokens',
  partitionKey: { name: 'pk', value: 'kp-1' },
} as const;
const LAST_MOMENT = '2026-11-29T09:59:59.999Z';

async function world() {
  const race = await raceWorld([deregistered()], LAST_MOMENT, {
    stores: [DOCUMENTS],
    access: [TOKENS],
  });
  return { ...race, tokensRevoked: false };
}
type World = Awaited<ReturnType<typeof world>>;

function tokensOf(race: World): AccessPoint {
  return {
    descriptor: TOKENS,
    async close(_now, mayGoOn) {
      await mayGoOn();
      await turn('tokens are revoked', { touch: { port: race, writes: true } });
      race.tokensRevoked = true;
      return { closed: 1, alreadyClosed: 0, alreadyAbsent: 0 };
    },
    proveClosed: async () => ({ refused: race.tokensRevoked, observed: 'a query' }),
  };
}

const passTime = (race: RaceWorld) => race.passTime(TIMES.graceEnd);
const cancel = (race: RaceWorld) => race.request('DELETE', '/offboarding', { as: REQUESTER });

async function workflow(race: World): Promise<void> {
  await turn('wakes up', { isReady: () => race.now().toISOString() >= TIMES.graceEnd });
  try {
    await race.stage(createVerifyDeactivate({ usage: fakeUsage(), useDuringGrace: 'record' }));
    await race.gate('DEACTIVATED');
    const deactivation = await race.stage(
      createDeactivate({
        usage: fakeUsage(),
        ledger: race.ledger,
        accessPointFor: () => tokensOf(race),
        storeFor: (descriptor) => memoryStore(descriptor),
      }),
    );
    await race.record('TRANSITION', deactivation, 'DEACTIVATED');
  } catch (error) {
    await race.halt('deactivate', error);
  }
}

it('a cancel against the end of the grace period: the plane serves on, or it does not', {
  timeout: 120_000,
}, async () => {
  const ends = new Set<string>();
  const orders = await everyInterleaving({
    world,
    racers: { passTime, cancel, workflow },
    check(race, outcomes) {
      expect(outcomes.workflow).toMatchObject({ status: 'fulfilled' });
      const answer = outcomes.cancel?.status === 'fulfilled' && outcomes.cancel.value;
      const end = race.state().lifecycleState;
      ends.add(`${end} ${answer}`);
      if (end === 'ACTIVE') {
        expect(answer).toBe(200);
        expect(race.types()).toEqual(['TRANSITION ACTIVE']);
        expect(race.tokensRevoked).toBe(false);
      } else {
        expect(answer).toBe(409);
        expect(race.types()).toEqual(['GATE_PASSED PENDING_DEACTIVATE', 'TRANSITION DEACTIVATED']);
        expect(race.tokensRevoked).toBe(true);
      }
    },
  });
  expect(ends).toEqual(new Set(['ACTIVE 200', 'DEACTIVATED 409']));
  expect(orders).toBeGreaterThan(50);
});
