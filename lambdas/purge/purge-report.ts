import type { Approval } from '../core/ledger-state.ts';
import { type PurgeData, type PurgeProgress, purgedPart } from '../core/purge-progress.ts';
import type { PurgeScope, ScopePart } from '../core/scope.ts';
import type { Interruption, Problem } from './destroy-part.ts';

/** `data` of a purge whose second listing found nothing. */
export function purgeData(
  books: PurgeProgress,
  approval: Approval,
  observed: { readonly residue: readonly ScopePart[]; readonly auditPreserved: boolean },
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
  };
}

export function scopeChanged(approved: PurgeScope, found: PurgeScope): Interruption {
  return failure(
    'SCOPE_CHANGED',
    `approved were ${approved.objectCount} records of ${approved.bytes} bytes, found ${found.objectCount} of ${found.bytes}; nothing was destroyed by this run`,
    { approved: approved.parts, found: found.parts },
  );
}

export function notListed(problems: readonly Problem[], parts: number): Interruption {
  return failure(
    'PURGE_INCOMPLETE',
    `${problems.length} of ${parts} parts could not be listed; nothing was destroyed`,
    { problems },
  );
}

/** @param left parts in which the second listing counted something */
export function incomplete(
  books: PurgeProgress,
  left: readonly ScopePart[],
  problems: readonly Problem[],
): Interruption {
  const counts = left.map(({ kind, count }) => `${kind} ${count}`).join(', ');
  const destroyed = books.parts.reduce((sum, part) => sum + part.destroyed.count, 0);
  // Records that arrived after the approval need one of their own; everything else, only another start.
  const grown = problems.some(({ code }) => code === 'SCOPE_CHANGED');
  return failure(
    grown ? 'SCOPE_CHANGED' : 'PURGE_INCOMPLETE',
    `${destroyed} records are destroyed, left are ${counts || 'none'}; ${problems.length} problems`,
    // A part may hold millions: the log takes 256 KiB a line.
    { left, problems: problems.slice(0, 100) },
  );
}

export function failure(
  errorCode: Extract<Interruption, { status: 'failure' }>['errorCode'],
  message: string,
  errorDetails: Readonly<Record<string, unknown>> = {},
): Interruption {
  return { status: 'failure', message, errorCode, errorDetails };
}
