import type { AwsCall, CallFate } from '../../local/aws-endpoint.ts';
import type { FaultyServices } from './faulty-services.ts';

export interface Scene {
  /** Begins anew. */
  start(): Promise<void>;
  /** What dies, and is then done again. */
  work(isRestart: boolean): Promise<void>;
  /** Whether all is as if nothing had happened. @param death which call it died of */
  check(death: string): Promise<void>;
  /** Sees every call that reaches its service. */
  watch?(call: AwsCall): void;
  /** To die of every so many calls only. */
  readonly stride?: number;
}

const READS: ReadonlySet<string> = new Set(['DescribeTable', 'GetItem', 'Query']);

/**
 * Does the work once for each of its AWS calls, dying before the service sees the call, and once more, dying when the service
 * has done it; then again without dying, and checks. A call that only reads changes nothing, so there before and after are one.
 * @returns how many calls the work takes
 */
export async function dieAtEveryCall(services: FaultyServices, scene: Scene): Promise<number> {
  for (let call = 1; ; call += scene.stride ?? 1) {
    const victim = await dieAt(services, scene, call, 'before');
    if (!victim) return call - 1;
    const onlyReads =
      victim.operation === undefined
        ? victim.method === 'GET' || victim.method === 'HEAD'
        : READS.has(victim.operation);
    if (!onlyReads) await dieAt(services, scene, call, 'after');
  }
}

/** @returns the call it died of; undefined when the work takes fewer */
async function dieAt(
  services: FaultyServices,
  { start, work, check, watch }: Scene,
  call: number,
  when: 'before' | 'after',
): Promise<AwsCall | undefined> {
  await start();
  let victim: AwsCall | undefined;
  const fateOf = (seen: AwsCall, number: number): CallFate => {
    if (number === call) victim = seen;
    if (number > call) return 'drop';
    if (number < call) return 'proceed';
    return when === 'after' ? 'lose' : 'drop';
  };
  services.faults((seen, number) => {
    const fate = fateOf(seen, number);
    if (fate !== 'drop') watch?.(seen);
    return fate;
  });
  const error = await work(false).catch((thrown: unknown) => thrown);
  if (!victim) {
    if (error !== undefined) throw error;
    return undefined;
  }
  services.faults((seen) => {
    watch?.(seen);
    return 'proceed';
  });
  await work(true);
  const { method, url, operation = '' } = victim;
  await check(`${when} call ${call}: ${method} ${url} ${operation}`);
  return victim;
}
