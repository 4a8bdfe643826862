import { createTimerQueue, type Timer } from './timer-queue.ts';

const SECOND_MS = 1000;
const DAY_MS = 86_400 * SECOND_MS;
/** setTimeout fires at once beyond 2^31-1 ms, some 24.8 days: https://nodejs.org/api/timers.html */
const LONGEST_NATIVE_DELAY_MS = 2 ** 31 - 1;

export type ClockMode = 'virtual' | 'real';

export interface WaitOptions {
  readonly signal?: AbortSignal;
  readonly label?: string;
  readonly background?: boolean;
}

/**
 * The time of the embedded cloud. `virtual` stands still while work is done and moves only when asked to, so that
 * a run is reproducible to the millisecond; `real` flows, and can be moved forward as well. Neither ever goes back.
 */
export interface Clock {
  readonly mode: ClockMode;
  now(): Date;
  /**
   * Resolves when the clock has reached `at`, at once if it has already. With `background` the clock does not jump there for
   * its sake: what comes back for ever, such as a daily schedule, would leave no cloud idle.
   * @throws the signal's reason on abort
   */
  waitUntil(at: Date, options?: WaitOptions): Promise<void>;
  /**
   * Marks work as in progress until the returned function is called (again and again does no harm). Work that
   * hands over to other work lets the other begin first, or hands over by a promise: see `settle`.
   */
  begin(): () => void;
  /**
   * Resolves when no work is in progress and none is about to begin: promise continuations run first, so a mark
   * that is dropped before a promise resolves and taken up again after it does not count as a gap.
   */
  settle(): Promise<void>;
  /** Lets everything happen that is to happen until then, timer by timer in time order. Never call it from within work. */
  advanceTo(at: Date): Promise<void>;
  advanceBy(duration: { days?: number; seconds?: number }): Promise<void>;
  /** When nothing runs, goes to the next timer that is awaited, past those in the background. @returns false when there is none */
  jumpToNextTimer(): Promise<boolean>;
  /** Jumps from timer to timer until `reached()`. @throws Error when nothing is left that could happen */
  runUntil(reached: () => boolean | Promise<boolean>): Promise<void>;
  /** Where the clock is going to, timer by timer; now, when it is not on its way. */
  destination(): Date;
  /** What is being waited for, soonest first. */
  timers(): readonly Timer[];
  close(): void;
}

export function createClock(options: { mode?: ClockMode; startTime?: Date } = {}): Clock {
  const { mode = 'virtual', startTime = new Date() } = options;
  const queue = createTimerQueue();
  const time = mode === 'virtual' ? standingTime(startTime) : flowingTime(startTime);
  let nativeTimer: NodeJS.Timeout | undefined;
  let running = 0;
  let idleListeners: (() => void)[] = [];
  let lastMove: Promise<unknown> = Promise.resolve();
  let destination: Date | undefined;

  /** Real time reaches timers by itself; the native timer is set anew whenever the first of them may have changed. */
  function watchNextTimer(): void {
    if (mode === 'virtual') return;
    clearTimeout(nativeTimer);
    const next = queue.next();
    if (!next) return;
    const delay = next.at.getTime() - time.now().getTime();
    nativeTimer = setTimeout(
      () => {
        while (queue.fireNextDue(time.now()));
        watchNextTimer();
      },
      Math.min(Math.max(delay, 0), LONGEST_NATIVE_DELAY_MS),
    );
  }

  async function settle(): Promise<void> {
    do {
      if (running > 0) await new Promise<void>((resolve) => idleListeners.push(resolve));
      // Every promise continuation runs before the next turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
    } while (running > 0);
  }

  async function moveTo(at: Date): Promise<void> {
    await settle();
    destination = at;
    for (let next = queue.next(); next && next.at <= at; next = queue.next()) {
      time.moveTo(next.at);
      queue.fireNextDue(time.now());
      await settle();
    }
    time.moveTo(at);
    destination = undefined;
    watchNextTimer();
  }

  /** Moves are made one after the other, whoever asks. */
  function inTurn<T>(move: () => Promise<T>): Promise<T> {
    const moved = lastMove.then(move);
    lastMove = moved.catch(() => undefined);
    return moved;
  }

  const clock: Clock = {
    mode,
    now: time.now,
    waitUntil(at, { signal, label = 'wait', background = false } = {}) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      if (at <= time.now()) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          cancel();
          watchNextTimer();
          reject(signal?.reason);
        };
        const fire = () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        const cancel = queue.add({ at, label, background, fire });
        signal?.addEventListener('abort', onAbort, { once: true });
        watchNextTimer();
      });
    },
    begin() {
      running += 1;
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        running -= 1;
        if (running > 0) return;
        const listeners = idleListeners;
        idleListeners = [];
        for (const listener of listeners) listener();
      };
    },
    settle,
    advanceTo: (at) => inTurn(() => moveTo(at)),
    advanceBy: ({ days = 0, seconds = 0 }) =>
      inTurn(() => moveTo(new Date(time.now().getTime() + days * DAY_MS + seconds * SECOND_MS))),
    jumpToNextTimer: () =>
      inTurn(async () => {
        await settle();
        const next = queue.nextAwaited();
        if (next) await moveTo(next.at);
        return next !== undefined;
      }),
    async runUntil(reached) {
      await settle();
      while (!(await reached())) {
        if (!(await clock.jumpToNextTimer())) throw new Error('nothing is left that could happen');
      }
    },
    destination: () => destination ?? time.now(),
    timers: queue.list,
    close: () => clearTimeout(nativeTimer),
  };
  return clock;
}

function standingTime(start: Date) {
  let current = start.getTime();
  return {
    now: () => new Date(current),
    moveTo(at: Date): void {
      current = Math.max(current, at.getTime());
    },
  };
}

function flowingTime(start: Date) {
  let offsetMs = start.getTime() - Date.now();
  return {
    now: () => new Date(Date.now() + offsetMs),
    moveTo(at: Date): void {
      offsetMs = Math.max(offsetMs, at.getTime() - Date.now());
    },
  };
}
