import { setTimeout as delay } from 'node:timers/promises';

/** The time between two requests after the first throttle, and the most: three pages of 16 requests at once wait 48 s. */
const SHORTEST_MS = 10;
const LONGEST_MS = 1_000;

/** Steady as long as fewer than a fourth of the requests are throttled: 0.8 ** 3.1 is a half. */
const SPEED_UP = 0.8;

/** How fast a partition bears requests. Everything that works on it at once keeps the same pace. */
export interface Pace {
  /** Waits for the next turn. */
  turn(): Promise<Turn>;
}

export interface Turn {
  accepted(): void;
  throttled(): void;
}

/**
 * At first nobody waits. After a throttle requests are sent one by one, at twice the distance; after each that is accepted, a
 * little closer again. A partition takes 1,000 write units a second, so an item of 400 KB every 0.4 s.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
export function createPace(): Pace {
  let intervalMs = 0;
  let nextAt = 0;
  let turns = 0;
  let slowedAt = 0;
  let line: Promise<void> = Promise.resolve();
  const waitInLine = async () => {
    const waitMs = nextAt - performance.now();
    if (intervalMs > 0 && waitMs > 0) await delay(waitMs);
    nextAt = performance.now() + intervalMs;
  };
  return {
    async turn() {
      line = line.then(waitInLine);
      await line;
      turns += 1;
      const turn = turns;
      return {
        accepted() {
          intervalMs = intervalMs > SHORTEST_MS ? intervalMs * SPEED_UP : 0;
        },
        throttled() {
          // Whoever was sent before it slowed down says nothing new.
          if (turn <= slowedAt) return;
          slowedAt = turns;
          intervalMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, intervalMs * 2));
          nextAt = performance.now() + intervalMs;
        },
      };
    },
  };
}
