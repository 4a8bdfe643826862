import type { Clock } from '../clock.ts';
import { RUNTIME, StateError, TIMEOUT } from './error-names.ts';

/** Work in progress on the clock that can be set down while it waits for something. */
export interface Work {
  parked<T>(wait: Promise<T>): Promise<T>;
  end(): void;
}

export function beginWork(clock: Clock): Work {
  let end = clock.begin();
  return {
    // The mark is taken up again in a continuation of the promise, before which the clock does not settle.
    async parked(wait) {
      end();
      try {
        return await wait;
      } finally {
        end = clock.begin();
      }
    },
    end: () => end(),
  };
}

/** Rejects with the signal's reason as soon as it is aborted; what `promise` does then goes unheard. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** A time limit on the clock. */
export interface Deadline {
  /** Aborted with a StateError when the time is up. */
  readonly signal: AbortSignal;
  /** Counts from now again. */
  restart(): void;
  cancel(): void;
}

/** @param seconds undefined sets no limit */
export function setDeadline(
  clock: Clock,
  seconds: number | undefined,
  { label, error = TIMEOUT }: { label: string; error?: string },
): Deadline {
  const expiry = new AbortController();
  let timer = new AbortController();
  const start = () => {
    if (seconds === undefined) return;
    timer = new AbortController();
    clock
      .waitUntil(new Date(clock.now().getTime() + seconds * 1000), { signal: timer.signal, label })
      .then(
        () => expiry.abort(new StateError(error, `${label} after ${seconds} seconds`)),
        () => undefined, // cancelled
      );
  };
  start();
  return {
    signal: expiry.signal,
    restart() {
      timer.abort();
      start();
    },
    cancel: () => timer.abort(),
  };
}

/** Everything that ends a run carries a StateError; anything else is a fault of the embedded cloud and says so. */
export function toStateError(error: unknown): StateError {
  if (error instanceof StateError) return error;
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new StateError(RUNTIME, cause);
}
