import { describe, expect, it } from 'vitest';
import { everyInterleaving, takeTurns, turn } from './interleave.ts';

const cell = () => {
  let value = 0;
  return {
    read: async () => value,
    async write(next: number) {
      value = next;
    },
  };
};
const TURNS = { read: 'reads', write: 'writes' } as const;
const shared = () => takeTurns('cell', cell(), TURNS);

/** Reads and then writes: two that do it at once lose a count. */
const increment = async (world: ReturnType<typeof cell>) => world.write((await world.read()) + 1);

describe('every interleaving', () => {
  it('runs each order once, but for those that swap two reads', async () => {
    const orders = new Set<string>();
    const count = await everyInterleaving({
      world: shared,
      racers: { a: increment, b: increment },
      check: (_world, _outcomes, order) => void orders.add(order.join()),
    });
    // Two steps each: 4! / (2! 2!) = 6 orders, of which two begin with a swap of the same two reads, and end in two ways each.
    expect(count).toBe(4);
    expect(orders.size).toBe(4);
  });

  it('runs every order of steps that may touch anything', async () => {
    const twoSteps = async () => {
      await turn('one');
      await turn('two');
    };
    const race = { world: () => ({}), check: () => undefined };
    expect(await everyInterleaving({ ...race, racers: { a: twoSteps, b: twoSteps } })).toBe(6);
    const racers = { a: twoSteps, b: twoSteps, c: twoSteps };
    expect(await everyInterleaving({ ...race, racers })).toBe(90);
  });

  it('runs one order of steps that touch different things', async () => {
    const world = () => ({
      mine: takeTurns('mine', cell(), TURNS),
      yours: takeTurns('yours', cell(), TURNS),
    });
    const orders = await everyInterleaving({
      world,
      racers: { a: ({ mine }) => increment(mine), b: ({ yours }) => increment(yours) },
      async check({ mine, yours }) {
        expect([await mine.read(), await yours.read()]).toEqual([1, 1]);
      },
    });
    expect(orders).toBe(1);
  });

  it('finds the orders in which a race is lost', async () => {
    const ends: number[] = [];
    await everyInterleaving({
      world: shared,
      racers: { a: increment, b: increment },
      check: async (world) => void ends.push(await world.read()),
    });
    expect(ends.toSorted()).toEqual([1, 1, 2, 2]);
  });

  it('names the order in which a check failed', async () => {
    const race = everyInterleaving({
      world: shared,
      racers: { a: increment, b: increment },
      check: async (world) => expect(await world.read()).toBe(2),
    });
    await expect(race).rejects.toThrow('a: cell.read\nb: cell.read\n');
  });

  it('lets nobody go on before they are ready, and says who waits for ever', async () => {
    const world = () => ({ open: false });
    const opens = async (door: { open: boolean }) => {
      await turn('open');
      door.open = true;
    };
    const enters = async (door: { open: boolean }) => {
      await turn('enter', { isReady: () => door.open });
      expect(door.open).toBe(true);
    };
    const check = (_world: unknown, outcomes: Readonly<Record<string, { status: string }>>) =>
      expect(outcomes).toMatchObject({ enters: { status: 'fulfilled' } });
    expect(await everyInterleaving({ world, racers: { opens, enters }, check })).toBe(1);
    await expect(everyInterleaving({ world, racers: { enters }, check })).rejects.toThrow(
      'enters waits for ever',
    );
  });
});
