import type { BenchCloud } from './bench-cloud.ts';
import type { Figure } from './figure.ts';
import type { ProjectionBasis } from './measurement.ts';

/** How much is measured. The claims are about `FULL_SIZE`; anything smaller is for working on the bench. */
export interface BenchSize {
  readonly label: 'full' | 'quick';
  readonly smallObjects: number;
  readonly fewSmallObjects: number;
  readonly smallBytes: number;
  readonly largeObjects: number;
  readonly fewLargeObjects: number;
  readonly largeBytes: number;
  readonly shardBytes: number;
  readonly inventoriedVersions: number;
  readonly purgedVersions: number;
  readonly repeats: number;
  /** Of the small documents: thousands of requests from three processes on two cores differ more than the rest does. */
  readonly smallRepeats: number;
  /** Of each Lambda: they take a tenth of a second, of which what else the machine does may be half. */
  readonly coldStarts: number;
}

const KB = 1024;
const MB = 1024 ** 2;

export const FULL_SIZE: BenchSize = {
  label: 'full',
  smallObjects: 10_000,
  fewSmallObjects: 1000,
  smallBytes: 20 * KB,
  largeObjects: 8,
  fewLargeObjects: 4,
  largeBytes: 256 * MB,
  shardBytes: 512 * MB,
  inventoriedVersions: 1_000_000,
  purgedVersions: 1_000_000,
  repeats: 5,
  smallRepeats: 9,
  coldStarts: 21,
};

export const QUICK_SIZE: BenchSize = {
  label: 'quick',
  smallObjects: 5000,
  fewSmallObjects: 1000,
  smallBytes: 20 * KB,
  largeObjects: 4,
  fewLargeObjects: 2,
  largeBytes: 32 * MB,
  shardBytes: 64 * MB,
  inventoriedVersions: 50_000,
  purgedVersions: 20_000,
  repeats: 2,
  smallRepeats: 2,
  coldStarts: 3,
};

export interface BenchSetting {
  /** The cloud to measure on. A full run has one of its own for each row, so that none stands on what another left. */
  readonly startCloud: () => Promise<BenchCloud>;
  readonly size: BenchSize;
  /** One line for who watches; never part of the result. */
  readonly progress: (line: string) => void;
}

export interface Measured {
  readonly figures: readonly Figure[];
  /** What projections need of it. */
  readonly basis?: Partial<ProjectionBasis>;
}

/** One file of the bench: it measures one claim, or a few by the same run. */
export type Measure = (setting: BenchSetting) => Promise<Measured>;
