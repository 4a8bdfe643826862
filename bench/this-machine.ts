import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import type { Machine } from './measurement.ts';

/** What the figures of this run were measured on. */
export function thisMachine(): Machine {
  return {
    cores: availableParallelism(),
    ...processorOf(cpus()),
    memoryBytes: totalmem(),
    node: process.version,
    platform: `${platform()} ${arch()}`,
  };
}

/** The model of the first core, where the system names one: in a container or on Arm it may be empty or `unknown`. */
export function processorOf(
  cores: readonly { readonly model: string }[],
): Pick<Machine, 'processor'> {
  const processor = cores[0]?.model.trim() ?? '';
  return processor === '' || processor === 'unknown' ? {} : { processor };
}
