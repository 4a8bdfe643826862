import { expect, test } from 'vitest';
import type { LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import { createHoldWatch } from '../../lambdas/hold-watch.ts';
import { PLANE_ID } from '../support/builders.ts';
import { holdPlaced, ledgerOf } from '../support/ledgers.ts';

function watch(entries: readonly LedgerEntry[]) {
  const world = { entries, remainingMs: 900_000, reads: 0 };
  const ledger = {
    async read() {
      world.reads += 1;
      return world.entries;
    },
  };
  const mayGoOn = createHoldWatch(ledger, {
    planeId: PLANE_ID,
    remainingMs: () => world.remainingMs,
  });
  return { world, mayGoOn };
}

const HELD = { name: 'LEGAL_HOLD', message: '1 legal hold(s) are in force' };

test('asks the ledger at once, and then every five seconds', async () => {
  const { world, mayGoOn } = watch([]);
  await mayGoOn();
  world.remainingMs -= 4_999;
  await mayGoOn();
  expect(world.reads).toBe(1);
  world.remainingMs -= 1;
  await mayGoOn();
  expect(world.reads).toBe(2);
});

test('notices a hold within five seconds, and goes on noticing it', async () => {
  const { world, mayGoOn } = watch([]);
  await mayGoOn();
  world.entries = await ledgerOf(holdPlaced());
  world.remainingMs -= 5_000;
  await expect(mayGoOn()).rejects.toMatchObject(HELD);
  await expect(mayGoOn()).rejects.toMatchObject(HELD);
});

test('is asked by many at once with one question', async () => {
  const { world, mayGoOn } = watch(await ledgerOf(holdPlaced()));
  const asked = [mayGoOn(), mayGoOn(), mayGoOn()];
  for (const answer of asked) await expect(answer).rejects.toMatchObject(HELD);
  expect(world.reads).toBe(1);
});

test('a question that failed is asked again', async () => {
  const { world, mayGoOn } = watch([]);
  const broken = Object.assign(world, { entries: undefined as never });
  await expect(mayGoOn()).rejects.toThrow();
  broken.entries = [] as never;
  await mayGoOn();
  expect(world.reads).toBe(2);
});
