import type { AccessPointDescriptor } from '../core/plane.ts';
import type { HoldWatch } from '../hold-watch.ts';

/** Counts of one closing. Nothing is assumed: each token and each function was answered for by its service. */
export interface ClosingReport {
  readonly closed: number;
  /** Closed before this run: fine for a repeated run, but counted apart. */
  readonly alreadyClosed: number;
  /** Gone when its turn came; what does not exist lets nobody in. */
  readonly alreadyAbsent: number;
  /** Endpoints only: the reserved concurrency found, null when none was set. */
  readonly reservedConcurrencyBefore?: number | null;
}

export interface ClosureProof {
  readonly refused: boolean;
  /** What was seen, in a few words: a count, or the service's error name. */
  readonly observed: string;
}

/** One thing that lets somebody query the plane. One implementation per kind, in a file of its own. */
export interface AccessPoint {
  readonly descriptor: AccessPointDescriptor;
  /**
   * Lets nobody in from now on. Deletes nothing and may run twice.
   * @param mayGoOn asked before each token or function; what it throws ends the closing there
   */
  close(now: Date, mayGoOn: HoldWatch): Promise<ClosingReport>;
  /** Tries, or looks again, by a call of its own. @throws when the service gave no usable answer */
  proveClosed(): Promise<ClosureProof>;
}
