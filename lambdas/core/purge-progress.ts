import type { PlaceCopies } from './residue.ts';
import type { PurgeScope, ScopePart } from './scope.ts';

export interface Amount {
  /** Object versions and delete markers, or items. */
  readonly count: number;
  readonly bytes: number;
}

/**
 * What is known of one part of the scope while it is being destroyed. At every listing
 * `found = destroyed + alreadyAbsent + remaining`, because each is counted and none is inferred from another's success.
 */
export interface PartProgress {
  readonly kind: ScopePart['kind'];
  readonly ref: string;
  readonly found: Amount;
  /** Answered for by the service, or part of a request whose answer was lost when an invocation ended in the middle. */
  readonly destroyed: Amount;
  /** In the approved scope, but gone without a request of ours. */
  readonly alreadyAbsent: Amount;
  /** Requests may have been sent whose answers are not in `destroyed`. */
  readonly underway: boolean;
  /** Incomplete uploads that were there before requests to abort them, whose answers are not counted yet. */
  readonly uploadsUnderway: number;
}

/** Kept outside what is being destroyed, so that counts survive continuations and crashes. */
export interface PurgeProgress {
  readonly scopeHash: string;
  readonly startedAt: string;
  readonly parts: readonly PartProgress[];
  readonly uploadsAborted: number;
  /** Set once the second listing has found nothing: from then on nothing is destroyed any more. */
  readonly result?: PurgeData;
}

/** `data` of the TRANSITION to PURGED. */
export interface PurgeData {
  readonly purgedAt: string;
  readonly recordsDeleted: number;
  readonly bytesDeleted: number;
  readonly alreadyAbsent: number;
  readonly uploadsAborted: number;
  readonly parts: readonly PurgedPart[];
  /** What the second listing counted, part by part. */
  readonly residue: readonly ScopePart[];
  /** Observed: every ledger entry from before the purge was still there after it, and the chain held. */
  readonly auditPreserved: boolean;
  readonly approvedBy: string;
  readonly approvalReason: string;
  readonly scopeHash: string;
  readonly manifestHash: string;
  /** Observed: what the services keep of the plane's places by themselves. Absent where an earlier version purged. */
  readonly placeCopies?: readonly PlaceCopies[];
}

export interface PurgedPart {
  readonly kind: ScopePart['kind'];
  readonly ref: string;
  readonly found: number;
  readonly foundBytes: number;
  readonly destroyed: number;
  readonly destroyedBytes: number;
  readonly alreadyAbsent: number;
}

const NOTHING: Amount = { count: 0, bytes: 0 };

/**
 * Opens the books of a purge.
 * @param earlier a purge under an earlier approval, settled against the same listing: what it destroyed still counts
 */
export function openProgress(
  scope: PurgeScope,
  scopeHash: string,
  startedAt: string,
  earlier?: PurgeProgress,
): PurgeProgress {
  return {
    scopeHash,
    startedAt: earlier?.startedAt ?? startedAt,
    uploadsAborted: earlier?.uploadsAborted ?? 0,
    parts: scope.parts.map(({ kind, ref, count, bytes }) => {
      const before = earlier?.parts.find((part) => part.kind === kind && part.ref === ref);
      const destroyed = before?.destroyed ?? NOTHING;
      const alreadyAbsent = before?.alreadyAbsent ?? NOTHING;
      const found = plus(plus({ count, bytes }, destroyed), alreadyAbsent);
      return {
        kind,
        ref,
        found,
        destroyed,
        alreadyAbsent,
        underway: false,
        uploadsUnderway: before?.uploadsUnderway ?? 0,
      };
    }),
  };
}

/** What of the part is neither destroyed nor known to be absent: the most that may still be there. */
export function outstanding({ found, destroyed, alreadyAbsent }: PartProgress): Amount {
  return minus(minus(found, destroyed), alreadyAbsent);
}

/** Accounts for what a listing no longer found. */
export function settlePart(part: PartProgress, remaining: Amount): PartProgress {
  const vanished = minus(outstanding(part), remaining);
  return part.underway
    ? { ...part, destroyed: plus(part.destroyed, vanished), underway: false }
    : { ...part, alreadyAbsent: plus(part.alreadyAbsent, vanished) };
}

/** Accounts for what a listing shows; a part that could not be listed keeps its books open. */
export function settle(books: PurgeProgress, listing: readonly ScopePart[]): PurgeProgress {
  return listing.reduce((settled, { kind, ref, count, bytes }) => {
    const part = settled.parts.find((known) => known.kind === kind && known.ref === ref);
    return part ? withPart(settled, settlePart(part, { count, bytes })) : settled;
  }, books);
}

/** True when a part holds more than the books leave of it: somebody has written there since. */
export function hasGrown(books: PurgeProgress, listing: readonly ScopePart[]): boolean {
  return listing.some(({ kind, ref, count, bytes }) => {
    const part = books.parts.find((known) => known.kind === kind && known.ref === ref);
    const most = part ? outstanding(part) : NOTHING;
    return count > most.count || bytes > most.bytes;
  });
}

/**
 * Accounts for uploads, before those that are there now are aborted: an upload that was to be aborted, and is not there any
 * more, was aborted by a request whose answer was lost.
 */
export function settleUploads(
  books: PurgeProgress,
  part: PartProgress,
  uploadsThere: number,
): PurgeProgress {
  const aborted = Math.max(0, part.uploadsUnderway - uploadsThere);
  return withPart(
    { ...books, uploadsAborted: books.uploadsAborted + aborted },
    { ...part, uploadsUnderway: uploadsThere },
  );
}

export function withPart(books: PurgeProgress, part: PartProgress): PurgeProgress {
  return {
    ...books,
    parts: books.parts.map((known) =>
      known.kind === part.kind && known.ref === part.ref ? part : known,
    ),
  };
}

/**
 * The approved scope, reduced to what may still be there. Which records they have to be is known only of a part of which
 * nothing is gone; of usage it never is, because expired leases go by themselves.
 */
export function outstandingScope(approved: PurgeScope, progress: PurgeProgress): PurgeScope {
  return {
    ...approved,
    parts: progress.parts.map((part) => {
      const { kind, ref } = part;
      const amount = outstanding(part);
      const before = approved.parts.find((known) => known.kind === kind && known.ref === ref);
      const isWhole = before?.count === amount.count && !part.underway && kind !== 'usage';
      const recordsHash = isWhole ? before.recordsHash : undefined;
      return { kind, ref, ...amount, ...(recordsHash !== undefined && { recordsHash }) };
    }),
  };
}

export function purgedPart({
  kind,
  ref,
  found,
  destroyed,
  alreadyAbsent,
}: PartProgress): PurgedPart {
  return {
    kind,
    ref,
    found: found.count,
    foundBytes: found.bytes,
    destroyed: destroyed.count,
    destroyedBytes: destroyed.bytes,
    alreadyAbsent: alreadyAbsent.count,
  };
}

export function plus(one: Amount, other: Amount): Amount {
  return { count: one.count + other.count, bytes: one.bytes + other.bytes };
}

// Never below nothing: a part that has grown is refused before it is settled.
function minus(one: Amount, other: Amount): Amount {
  return {
    count: Math.max(0, one.count - other.count),
    bytes: Math.max(0, one.bytes - other.bytes),
  };
}
