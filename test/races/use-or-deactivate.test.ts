import { describe, expect, it } from 'vitest';
import type { UseDuringGrace } from '../../lambdas/core/grace-use.ts';
import { createDeactivate } from '../../lambdas/deactivate/deactivate.ts';
import { createVerifyDeactivate } from '../../lambdas/verify-deactivate/verify-deactivate.ts';
import { PLANE_ID, TIMES } from '../support/builders.ts';
import { deregistered } from '../support/ledgers.ts';
import { everyInterleaving } from './interleave.ts';
import { type RaceWorld, raceWorld } from './race-world.ts';

const SESSION = 'arn:aws:sts::111122223333:assumed-role/pipeline/run-17';
const PIPELINE = 'arn:aws:iam::111122223333:role/pipeline';

/** The grace period has just ended, and nobody is known to use the plane. */
const world = (useDuringGrace: UseDuringGrace) => () =>
  raceWorld([deregistered()], TIMES.graceEnd, { stores: [], access: [] }, useDuringGrace);

const call = (race: RaceWorld, method: string, kind: 'dependents' | 'leases') =>
  race.request(method, kind === 'leases' ? '/leases/{leaseId}' : '/dependents/{dependentId}', {
    as: SESSION,
    path: { planeId: PLANE_ID, leaseId: 'run-17', dependentId: 'chatbot' },
    ...(method === 'PUT' && {
      body: kind === 'leases' ? { kind: 'run', ttlSeconds: 60 } : { kind: 'application' },
    }),
  });

const workflow = (useDuringGrace: UseDuringGrace) => async (race: RaceWorld) => {
  const usage = race.workflowUsage;
  try {
    await race.stage(createVerifyDeactivate({ usage, useDuringGrace }));
    await race.gate('DEACTIVATED');
    const ports = { usage, ledger: race.ledger, accessPointFor: never, storeFor: never };
    await race.record('TRANSITION', await race.stage(createDeactivate(ports)), 'DEACTIVATED');
  } catch (error) {
    await race.halt('deactivate', error);
  }
};

function never(): never {
  throw new Error('the plane has none');
}

type Outcomes = Readonly<Record<string, PromiseSettledResult<unknown>>>;

function answerTo(outcomes: Outcomes, name: string): unknown {
  const outcome = outcomes[name];
  return outcome?.status === 'fulfilled' ? outcome.value : outcome?.reason;
}

/** DEACTIVATED, or why not. */
function endOf(race: RaceWorld, outcomes: Outcomes): string {
  expect(outcomes.workflow).toMatchObject({ status: 'fulfilled' });
  const { lifecycleState, halt } = race.state();
  return halt ? halt.code : lifecycleState;
}

describe('a use against the gate', { timeout: 120_000 }, () => {
  it('a dependent is refused, or stops the deactivation', async () => {
    const ends = new Set<string>();
    const orders = await everyInterleaving({
      world: world('record'),
      racers: { client: (race) => call(race, 'PUT', 'dependents'), workflow: workflow('record') },
      check(race, outcomes) {
        const end = `${answerTo(outcomes, 'client')} ${endOf(race, outcomes)}`;
        ends.add(end);
        if (end === '200 DEPENDENTS_EXIST') {
          expect(race.types()).toContain('BLOCKED PENDING_DEACTIVATE');
          expect([...race.usage.dependents.keys()]).toEqual(['chatbot']);
        } else {
          expect(race.types()).toEqual([
            'GATE_PASSED PENDING_DEACTIVATE',
            'TRANSITION DEACTIVATED',
          ]);
          expect(race.usage.dependents.size).toBe(0);
        }
      },
    });
    expect(ends).toEqual(new Set(['200 DEPENDENTS_EXIST', '409 DEACTIVATED']));
    expect(orders).toBeGreaterThan(20);
  });

  it('a dependent that is given up and declared again is a new one', async () => {
    const ends = new Set<string>();
    await everyInterleaving({
      async world() {
        const race = await world('record')();
        await call(race, 'PUT', 'dependents');
        return race;
      },
      racers: {
        async client(race) {
          await call(race, 'DELETE', 'dependents');
          return call(race, 'PUT', 'dependents');
        },
        workflow: workflow('record'),
      },
      check(race, outcomes) {
        ends.add(`${answerTo(outcomes, 'client')} ${endOf(race, outcomes)}`);
        expect(race.usage.dependents.size).toBe(answerTo(outcomes, 'client') === 200 ? 1 : 0);
      },
    });
    expect(ends).toEqual(new Set(['200 DEPENDENTS_EXIST', '409 DEACTIVATED']));
  });

  it('a dependent that a crash left without its entry is not taken for the one on record before', async () => {
    const ends = new Set<string>();
    await everyInterleaving({
      async world() {
        const race = await world('record')();
        await call(race, 'PUT', 'dependents');
        await call(race, 'DELETE', 'dependents');
        return race;
      },
      racers: {
        async client(race) {
          const chatbot = { dependentId: 'chatbot', kind: 'application', declaredBy: PIPELINE };
          await race.usage.putDependent(PLANE_ID, { ...chatbot, declarationId: 'dec-crashed' });
          return call(race, 'PUT', 'dependents');
        },
        workflow: workflow('record'),
      },
      check(race, outcomes) {
        ends.add(`${answerTo(outcomes, 'client')} ${endOf(race, outcomes)}`);
      },
    });
    // Seen although nobody was granted it: that only delays.
    expect(ends).toContain('200 DEPENDENTS_EXIST');
    expect(ends).toContain('409 DEACTIVATED');
    expect(ends).not.toContain('200 DEACTIVATED');
  });

  it.each([
    ['halt', '200 PLANE_IN_USE'],
    ['extend', '200 GRACE_PERIOD_ACTIVE'],
  ] as const)(
    'a lease that is given back at once does not slip through where uses %s',
    async (useDuringGrace, expected) => {
      const ends = new Set<string>();
      await everyInterleaving({
        world: world(useDuringGrace),
        racers: {
          async client(race) {
            const status = await call(race, 'PUT', 'leases');
            await call(race, 'DELETE', 'leases');
            return status;
          },
          workflow: workflow(useDuringGrace),
        },
        check(race, outcomes) {
          ends.add(`${answerTo(outcomes, 'client')} ${endOf(race, outcomes)}`);
        },
      });
      // ACTIVE_USAGE is the drain: the workflow looks again later.
      expect([...ends].toSorted()).toEqual(
        [expected, '200 ACTIVE_USAGE', '409 ACTIVE_USAGE', '409 DEACTIVATED'].toSorted(),
      );
    },
  );
});
