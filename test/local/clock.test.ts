import { describe, expect, it } from 'vitest';
import { createClock } from '../../local/clock.ts';

const START = new Date('2026-11-22T10:00:00.000Z');
const at = (seconds: number) => new Date(START.getTime() + seconds * 1000);

describe('virtual clock', () => {
  it('stands still while work is done', async () => {
    const clock = createClock({ startTime: START });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(clock.now()).toEqual(START);
  });

  it('fires timers in time order, those of one instant in the order they were set', async () => {
    const clock = createClock({ startTime: START });
    const fired: string[] = [];
    for (const [name, seconds] of [
      ['late', 30],
      ['first of ten', 10],
      ['second of ten', 10],
      ['early', 5],
    ] as const)
      void clock.waitUntil(at(seconds)).then(() => fired.push(name));
    await clock.advanceBy({ seconds: 20 });
    expect(fired).toEqual(['early', 'first of ten', 'second of ten']);
    expect(clock.now()).toEqual(at(20));
    expect(clock.timers().map((timer) => timer.at)).toEqual([at(30)]);
  });

  it('lets what a timer sets off happen before the next timer', async () => {
    const clock = createClock({ startTime: START });
    const log: string[] = [];
    const chain = async () => {
      await clock.waitUntil(at(10));
      const end = clock.begin();
      await new Promise((resolve) => setTimeout(resolve, 10));
      log.push(`worked at ${clock.now().toISOString()}`);
      end();
      await clock.waitUntil(at(15));
      log.push(`second wait over at ${clock.now().toISOString()}`);
    };
    void chain();
    void clock.waitUntil(at(20)).then(() => log.push(`other at ${clock.now().toISOString()}`));
    await clock.advanceTo(at(60));
    expect(log).toEqual([
      'worked at 2026-11-22T10:00:10.000Z',
      'second wait over at 2026-11-22T10:00:15.000Z',
      'other at 2026-11-22T10:00:20.000Z',
    ]);
  });

  it('settles only when all work has ended, also work that was handed over', async () => {
    const clock = createClock({ startTime: START });
    const log: string[] = [];
    const first = clock.begin();
    setTimeout(() => {
      const second = clock.begin();
      first();
      first();
      setTimeout(() => {
        log.push('handed over and done');
        second();
      }, 5);
    }, 5);
    await clock.settle();
    expect(log).toEqual(['handed over and done']);
  });

  it('cancels a wait', async () => {
    const clock = createClock({ startTime: START });
    const controller = new AbortController();
    const wait = clock.waitUntil(at(10), { signal: controller.signal });
    controller.abort(new Error('stopped'));
    await expect(wait).rejects.toThrow('stopped');
    expect(clock.timers()).toEqual([]);
  });

  it('jumps to the next timer, and says when there is none', async () => {
    const clock = createClock({ startTime: START });
    void clock.waitUntil(at(86_400 * 400));
    expect(await clock.jumpToNextTimer()).toBe(true);
    expect(clock.now()).toEqual(at(86_400 * 400));
    expect(await clock.jumpToNextTimer()).toBe(false);
  });

  it('runs until something has happened, and refuses to wait for what cannot happen', async () => {
    const clock = createClock({ startTime: START });
    let count = 0;
    void (async () => {
      for (let second = 1; second <= 5; second++) {
        await clock.waitUntil(at(second));
        count += 1;
      }
    })();
    await clock.runUntil(() => count === 3);
    expect(clock.now()).toEqual(at(3));
    await expect(clock.runUntil(() => count === 9)).rejects.toThrow('nothing is left');
  });

  it('never goes back', async () => {
    const clock = createClock({ startTime: START });
    await clock.advanceBy({ days: 1 });
    await clock.advanceTo(START);
    expect(clock.now()).toEqual(at(86_400));
  });
});

describe('real clock', () => {
  it('flows, and fires what time reaches by itself', async () => {
    const clock = createClock({ mode: 'real', startTime: START });
    await clock.waitUntil(new Date(START.getTime() + 20));
    expect(clock.now().getTime()).toBeGreaterThanOrEqual(START.getTime() + 20);
    clock.close();
  });

  it('holds a timer beyond the 24.8 days of setTimeout until it is advanced there', async () => {
    const clock = createClock({ mode: 'real', startTime: START });
    const fired: string[] = [];
    void clock.waitUntil(at(86_400 * 30)).then(() => fired.push('thirty days'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(fired).toEqual([]);
    await clock.advanceBy({ days: 31 });
    expect(fired).toEqual(['thirty days']);
    clock.close();
  });
});

describe('a timer in the background', () => {
  it('comes at its time on the way to another, and is no reason to go there', async () => {
    const clock = createClock({ startTime: START });
    const times: number[] = [];
    const daily = async () => {
      for (let seconds = 10; ; seconds += 10) {
        await clock.waitUntil(at(seconds), { background: true, label: 'daily' });
        times.push((clock.now().getTime() - START.getTime()) / 1000);
      }
    };
    void daily();
    expect(await clock.jumpToNextTimer()).toBe(false);
    void clock.waitUntil(at(35));
    expect(await clock.jumpToNextTimer()).toBe(true);
    expect(clock.now()).toEqual(at(35));
    expect(times).toEqual([10, 20, 30]);
    expect(await clock.jumpToNextTimer()).toBe(false);
    await clock.advanceBy({ seconds: 10 });
    expect(times).toEqual([10, 20, 30, 40]);
  });
});
