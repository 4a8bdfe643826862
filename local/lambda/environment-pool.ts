import type { ExecutionEnvironment } from './execution-environment.ts';

/**
 * The environments of one function. Idle ones are kept and the one used last is used next; beyond `limit`
 * an invocation waits for one to become free.
 */
export function createEnvironmentPool(start: () => ExecutionEnvironment, limit: number) {
  const all = new Set<ExecutionEnvironment>();
  const idle: ExecutionEnvironment[] = [];
  const waiting: (() => void)[] = [];

  async function take(): Promise<ExecutionEnvironment> {
    for (;;) {
      for (let next = idle.pop(); next; next = idle.pop()) {
        if (next.alive()) return next;
        all.delete(next);
      }
      if (all.size < limit) {
        const environment = start();
        all.add(environment);
        return environment;
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }

  function giveBack(environment: ExecutionEnvironment): void {
    if (environment.alive()) idle.push(environment);
    else all.delete(environment);
    waiting.shift()?.();
  }

  return {
    async use<T>(work: (environment: ExecutionEnvironment) => Promise<T>): Promise<T> {
      const environment = await take();
      try {
        return await work(environment);
      } finally {
        giveBack(environment);
      }
    },
    close(): void {
      for (const environment of all) environment.kill();
    },
  };
}
