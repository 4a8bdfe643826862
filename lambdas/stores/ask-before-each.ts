/** Whether a removal may go on. */
export interface Permission {
  /** Before each request that removes something. */
  ask(): Promise<boolean>;
  /** After a no nobody is asked any more. */
  isOver(): boolean;
}

/** @param asksFirst true to ask for the first request too; else it is free, because the caller has just asked */
export function askBeforeEach(
  mayGoOn: () => Promise<boolean> = async () => true,
  asksFirst = false,
): Permission {
  let isFirst = !asksFirst;
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
