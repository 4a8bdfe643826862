import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Figure } from './figure.ts';
import type { RequestKind } from './request-kind.ts';
import type { PlaneSize } from './size.ts';

/** One archive of a plane of equal objects, from the plan to the last eviction. */
export interface MeasuredArchive extends PlaneSize {
  readonly requests: Readonly<Record<RequestKind, number>>;
  /** What it left in the vault, inventory and reports included. */
  readonly vault: {
    readonly versions: number;
    readonly archivedBytes: number;
    readonly standardBytes: number;
  };
}

export interface MeasuredPurge {
  /** Of the bag. The plane's own stores were empty. */
  readonly versions: number;
  readonly requests: Readonly<Record<RequestKind, number>>;
}

/** One offboarding from ACTIVE to PURGED with a retention between: two executions. */
export interface MeasuredOffboarding {
  readonly transitions: number;
  /** Of these, how many belong to a shard, and how many shards there were. */
  readonly shardTransitions: number;
  readonly shards: number;
  readonly ledgerWrites: number;
  readonly ledgerWriteUnits: number;
  readonly lambdaInvocations: number;
}

/** What projections are made from. Archives are measured at two sizes, so that what is fixed and what grows is told apart. */
export interface ProjectionBasis {
  readonly packed: readonly [MeasuredArchive, MeasuredArchive];
  readonly copied: readonly [MeasuredArchive, MeasuredArchive];
  readonly purge: MeasuredPurge;
  readonly offboarding: MeasuredOffboarding;
}

export interface Machine {
  readonly cores: number;
  /** Model of the processor, where the system names one. */
  readonly processor?: string;
  readonly memoryBytes: number;
  readonly node: string;
  readonly platform: string;
}

/** A full run, as `bench/measured.json` keeps it. */
export interface Measurement {
  readonly measuredOn: string;
  readonly commit: string;
  readonly machine: Machine;
  readonly figures: readonly Figure[];
  readonly basis: ProjectionBasis;
}

export const MEASURED_FILE = fileURLToPath(new URL('measured.json', import.meta.url));

/** @throws Error while no full run has been kept */
export function readMeasurement(): Measurement {
  return JSON.parse(readFileSync(MEASURED_FILE, 'utf8')) as Measurement;
}
