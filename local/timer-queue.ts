export interface Timer {
  readonly at: Date;
  /** What waits for it, for people who look at the list. */
  readonly label: string;
  /** It happens on the way to another timer; nobody waits for it. */
  readonly background: boolean;
}

export interface QueuedTimer extends Timer {
  readonly fire: () => void;
}

/** Timers in the order they are due; those of the same instant in the order they were set. */
export function createTimerQueue() {
  const queue: QueuedTimer[] = [];

  return {
    /** @returns cancels the timer; afterwards does nothing */
    add(timer: QueuedTimer): () => void {
      const { at } = timer;
      const later = queue.findIndex((other) => other.at.getTime() > at.getTime());
      queue.splice(later === -1 ? queue.length : later, 0, timer);
      return () => {
        const index = queue.indexOf(timer);
        if (index !== -1) queue.splice(index, 1);
      };
    },
    next(): Timer | undefined {
      return queue[0];
    },
    /** The first that somebody waits for. */
    nextAwaited(): Timer | undefined {
      return queue.find(({ background }) => !background);
    },
    /** Takes the first timer out when it is due at `now`, and fires it. */
    fireNextDue(now: Date): boolean {
      const timer = queue[0];
      if (!timer || timer.at.getTime() > now.getTime()) return false;
      queue.shift();
      timer.fire();
      return true;
    },
    list(): readonly Timer[] {
      return queue.map(({ at, label, background }) => ({ at, label, background }));
    },
  };
}
