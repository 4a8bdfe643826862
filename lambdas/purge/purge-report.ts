import type { Approval } from '../core/ledger-state.ts';
import { type PurgeData, type PurgeProgress, purgedPart } from '../core/purge-progress.ts';
import type { PurgeScope, ScopePart } from '../core/scope.ts';
import type { UnlistedPart } from '../core/tally.ts';
import { OBJECT_LOCKED } from '../stores/s3-removal.ts';
import type { StoreRecord } from '../stores/store.ts';
import { destroyedCount } from './destroy-parts.ts';
import { countProblems, failure, type Interruption, type Problems } from './problem.ts';

/** `data` of a purge whose second listing found nothing. */
export function purgeData(
  books: PurgeProgress,
  approval: Approval,
  observed: Required<Pick<PurgeData, 'residue' | 'auditPreserved' | 'placeCopies'>>,
  now: Date,
): PurgeData {
  const parts = books.parts.map(purgedPart);
  const sum = (count: 'destroyed' | 'destroyedBytes' | 'alreadyAbsent') =>
    parts.reduce((total, part) => total + part[count], 0);
  const decisive = approval.approvals.at(-1);
  return {
    purgedAt: now.toISOString(),
    recordsDeleted: sum('destroyed'),
    bytesDeleted: sum('destroyedBytes'),
    alreadyAbsent: sum('alreadyAbsent'),
    uploadsAborted: books.uploadsAborted,
    parts,
    residue: observed.residue,
    auditPreserved: observed.auditPreserved,
    approvedBy: decisive?.actor ?? '',
    approvalReason: decisive?.reason ?? '',
    scopeHash: approval.scopeHash,
    manifestHash: approval.scope.manifestHash,
    placeCopies: observed.placeCopies,
  };
}

export function scopeChanged(approved: PurgeScope, found: PurgeScope): Interruption {
  return failure(
    'SCOPE_CHANGED',
    `approved were ${approved.objectCount} records of ${approved.bytes} bytes, found ${found.objectCount} of ${found.bytes}; nothing was destroyed by this run`,
    { approved: approved.parts, found: found.parts },
  );
}

export function notListed(problems: readonly UnlistedPart[], parts: number): Interruption {
  return failure(
    'PURGE_INCOMPLETE',
    `${problems.length} of ${parts} parts could not be listed; nothing was destroyed`,
    { problems },
  );
}

interface Leftovers {
  /** Parts in which the second listing counted something. */
  readonly left: readonly ScopePart[];
  readonly examples: readonly StoreRecord[];
  readonly problems: Problems;
  /** Every part was listed again, and nothing is left but records. */
  readonly onlyRecordsLeft: boolean;
  /** Records have arrived since the approval. */
  readonly grown: boolean;
}

/**
 * Not everything is destroyed. Records that arrived after the approval need one of their own: SCOPE_CHANGED. What only
 * Object Lock protects waits for its hold or its retention to end: LEGAL_HOLD. Everything else: PURGE_INCOMPLETE.
 */
export function incomplete(
  books: PurgeProgress,
  { left, examples, problems, onlyRecordsLeft, grown }: Leftovers,
): Interruption {
  const counts = left.map(({ kind, count }) => `${kind} ${count}`).join(', ');
  const leftCount = left.reduce((sum, { count }) => sum + count, 0);
  const locked = problems.counts[OBJECT_LOCKED] ?? 0;
  const allLocked = onlyRecordsLeft && locked > 0 && locked === leftCount;
  const lockNote = locked > 0 ? `, ${locked} of them under an object lock` : '';
  return failure(
    grown ? 'SCOPE_CHANGED' : allLocked ? 'LEGAL_HOLD' : 'PURGE_INCOMPLETE',
    `${destroyedCount(books)} records are destroyed, left are ${counts || 'none'}${lockNote}; ${countProblems(problems)} problems`,
    { left, examples, codes: problems.counts, problems: problems.first },
  );
}
