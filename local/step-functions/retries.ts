import type { Retrier } from './asl.ts';
import { findMatch } from './error-names.ts';

const DEFAULT_INTERVAL_SECONDS = 1;
const DEFAULT_MAX_ATTEMPTS = 3;
const DEFAULT_BACKOFF_RATE = 2;

/**
 * Counts the retries of one entry into a state, per retrier, as the States Language has it.
 * @param random between 0 and 1, for full jitter
 * @returns the delay in seconds before the next attempt, undefined when the error is not retried (any more)
 */
export function countRetries(
  retriers: readonly Retrier[],
  random: () => number,
): (errorName: string) => number | undefined {
  const attempts = new Map<Retrier, number>();
  return (errorName) => {
    const retrier = findMatch(retriers, errorName);
    if (!retrier) return undefined;
    const attempt = attempts.get(retrier) ?? 0;
    if (attempt >= (retrier.MaxAttempts ?? DEFAULT_MAX_ATTEMPTS)) return undefined;
    attempts.set(retrier, attempt + 1);
    const delay = Math.min(
      (retrier.IntervalSeconds ?? DEFAULT_INTERVAL_SECONDS) *
        (retrier.BackoffRate ?? DEFAULT_BACKOFF_RATE) ** attempt,
      retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY,
    );
    return retrier.JitterStrategy === 'FULL' ? delay * random() : delay;
  };
}

/** Numbers between 0 and 1 that are the same in every run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
