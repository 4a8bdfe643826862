import { expect, it } from 'vitest';
import { foldLedger } from '../../lambdas/core/fold-ledger.ts';
import { scopeHash } from '../../lambdas/core/scope.ts';
import { measureScope } from '../../lambdas/purge/measure-scope.ts';
import { createPurge, type PurgePorts } from '../../lambdas/purge/purge.ts';
import type { PurgeState } from '../../lambdas/purge/purge-journal.ts';
import { APPROVER, planeRecord, TIMES } from '../support/builders.ts';
import { approvalRequested, approved, JOURNEYS, ledgerOf } from '../support/ledgers.ts';
import { type MemoryStore, memoryStore } from '../support/memory-store.ts';
import { NO_COPIES } from '../support/no-copies.ts';
import { everyInterleaving, turn } from './interleave.ts';
import { type RaceWorld, raceWorld } from './race-world.ts';

const DOCUMENTS = { kind: 's3-prefix', bucket: 'documents', prefix: 'kp-1/' } as const;
const DESTROYED = 'something is destroyed';

/** The bag and one store with a document each. */
function places() {
  const stores = new Map<string, MemoryStore>();
  const storeFor: PurgePorts['storeFor'] = (descriptor) => {
    const place = descriptor.kind === 's3-prefix' ? descriptor.bucket : descriptor.table;
    const store = stores.get(place) ?? memoryStore(descriptor);
    stores.set(place, store);
    return store;
  };
  for (const bucket of ['vault', 'documents'])
    (storeFor({ ...DOCUMENTS, bucket }) as MemoryStore).put(`what ${bucket} holds`);
  return {
    storeFor,
    left: () => [...stores.values()].reduce((sum, { records }) => sum + records.size, 0),
    /** From now on whoever takes something away waits for their turn first. */
    takeTurns() {
      for (const store of stores.values()) {
        const { remove } = store;
        Object.defineProperty(store, 'remove', {
          value: async (...args: Parameters<typeof remove>) => {
            await turn(DESTROYED, { touch: { port: store, writes: true } });
            return remove(...args);
          },
        });
      }
    },
  };
}

/** What is there was approved to be destroyed, and nothing has begun. */
async function world() {
  const { storeFor, left, takeTurns } = places();
  const scopePorts = { storeFor, vaultBucket: 'vault', usageTable: 'usage' };
  const plane = planeRecord({ stores: [DOCUMENTS], access: [], lifecycleState: 'ARCHIVED' });
  const archived = foldLedger(await ledgerOf(...JOURNEYS.ARCHIVED));
  const measured = await measureScope(scopePorts)(plane, archived);
  if (!('scope' in measured)) throw new Error('there was time enough');
  const { scope } = measured;
  const hash = await scopeHash(scope);
  const asked = { ...approvalRequested.data, scope, scopeHash: hash };
  const race = await raceWorld(
    [
      ...JOURNEYS.ARCHIVED,
      { ...approvalRequested, data: JSON.parse(JSON.stringify(asked)) },
      { ...approved, data: { scopeHash: hash } },
    ],
    TIMES.purged,
    plane,
  );
  takeTurns();
  let journal: PurgeState = {};
  const purge = createPurge({
    ...scopePorts,
    ledger: race.ledger,
    copies: NO_COPIES,
    journal: {
      read: async () => structuredClone(journal),
      write: async (_, state) => {
        journal = structuredClone(state);
      },
      scrub: async () => undefined,
    },
    eraseDecision: async () => undefined,
    eraseSchedule: async () => undefined,
    releaseClaims: async () => undefined,
  });
  return { ...race, left, purge };
}
type World = Awaited<ReturnType<typeof world>>;

async function workflow(race: World): Promise<void> {
  try {
    await race.gate('PURGED');
    await race.record('TRANSITION', await race.stage(race.purge), 'PURGED');
  } catch (error) {
    await race.halt('purge', error);
  }
}

const hold = (race: RaceWorld) =>
  race.request('PUT', '/hold', { as: APPROVER, body: { reference: 'case-1', reason: 'lawsuit' } });

/** Removals before which the workflow had asked the ledger when the hold was there already. */
function removalsDecidedAfterHold(order: readonly string[]): number {
  const placed = order.lastIndexOf('hold: ledger.append');
  return order.filter(
    (step, index) =>
      step === `workflow: ${DESTROYED}` &&
      order.lastIndexOf('workflow: ledger.read', index) > placed,
  ).length;
}

it('a hold against a purge: what is not destroyed when it is placed stays, and the ledger says which', {
  timeout: 120_000,
}, async () => {
  const ends = new Set<string>();
  const orders = await everyInterleaving({
    world,
    racers: { hold, workflow },
    check(race, outcomes, order) {
      expect(outcomes.workflow).toMatchObject({ status: 'fulfilled' });
      const answer = outcomes.hold?.status === 'fulfilled' && outcomes.hold.value;
      const { lifecycleState, halt, holds, purgeCommitted } = race.state();
      const left = race.left();
      ends.add(`${lifecycleState} ${answer} ${left}`);

      const decidedAfter = holds.length > 0 ? removalsDecidedAfterHold(order) : 0;
      // One may have been decided before the hold was there; none is decided after it.
      expect(decidedAfter).toBe(0);
      if (lifecycleState === 'PURGED') {
        expect(left).toBe(0);
        // Placed when the last thing had just gone, or too late altogether.
        expect(answer).toBe(holds.length > 0 ? 200 : 409);
        return;
      }
      expect(answer).toBe(200);
      expect(holds).toMatchObject([{ reference: 'case-1', placedBy: APPROVER }]);
      expect(halt).toMatchObject({ stage: 'purge', code: 'LEGAL_HOLD' });
      if (!purgeCommitted) expect(left).toBe(2);
    },
  });
  // Nothing, half and all of it destroyed; and the hold that came too late.
  expect(ends).toEqual(
    new Set(['ARCHIVED 200 2', 'ARCHIVED 200 1', 'ARCHIVED 200 0', 'PURGED 200 0', 'PURGED 409 0']),
  );
  expect(orders).toBeGreaterThan(20);
});
