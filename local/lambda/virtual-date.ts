import type { VirtualTime } from './messages.ts';

const RealDate = globalThis.Date;
const realNow = RealDate.now;

/**
 * Replaces the global `Date` so that the code of a function sees the time of the embedded cloud. Timers and
 * `performance` stay real: they measure this machine.
 * @returns sets the time, before every invocation
 */
export function installVirtualDate(start: VirtualTime): (time: VirtualTime) => void {
  let now = timeFrom(start);
  const VirtualDate = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new RealDate(now()).toString(),
  });
  RealDate.now = () => now();
  RealDate.prototype.constructor = VirtualDate;
  globalThis.Date = VirtualDate;
  return (time) => {
    now = timeFrom(time);
  };
}

function timeFrom({ now, flows }: VirtualTime): () => number {
  if (!flows) return () => now;
  const offset = now - realNow();
  return () => realNow() + offset;
}
