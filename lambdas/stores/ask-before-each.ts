/** Whether a removal may go on. */
export interface Permission {
  /** Before each request that removes something. */
  ask(): Promise<boolean>;
  /** After a no nobody is asked any more. */
  isOver(): boolean;
}

/** Asks `mayGoOn`, but not about the first request: whoever has records removed has just asked. */
export function askBeforeEach(mayGoOn: () => Promise<boolean> = async () => true): Permission {
  let isFirst = true;
  let isOver = false;
  return {
    async ask() {
      const isFree = isFirst;
      isFirst = false;
      if (!isFree && !isOver && !(await mayGoOn())) isOver = true;
      return !isOver;
    },
    isOver: () => isOver,
  };
}
