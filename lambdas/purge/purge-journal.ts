import type { PurgeProgress } from '../core/purge-progress.ts';

/** Where a purge keeps its books: on the plane's registry record, which outlives the data until PURGED is recorded. */
export interface PurgeJournal {
  /** Undefined until a purge has begun. Strongly consistent. */
  read(planeId: string): Promise<PurgeProgress | undefined>;
  write(planeId: string, progress: PurgeProgress): Promise<void>;
  /** Overwrites what the registry record tells of people. Stores and access points stay until the tombstone. */
  scrub(planeId: string): Promise<void>;
}
