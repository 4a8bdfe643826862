import { hashOf } from './canonical.ts';

/** One place the purge will empty. `ref` is a hash: the scope outlives the data, so it names no bucket or table. */
export interface ScopePart {
  readonly kind: 'bag' | 's3-prefix' | 'dynamodb-partition' | 'token-partition' | 'usage';
  /** SHA-256 of the descriptor's canonical JSON (`hashOf(descriptor)`). */
  readonly ref: string;
  /** Object versions and delete markers, or items. */
  readonly count: number;
  readonly bytes: number;
  /**
   * SHA-256 over which records they are (`lambdas/purge/records-hash.ts`): another one in the place of one that was approved
   * shows, whatever its size. Absent where nothing was listed, and in what is counted to prove that nothing is left.
   */
  readonly recordsHash?: string;
  /** The bucket or table itself does not exist any more, so nothing of the plane can be there. */
  readonly placeAbsent?: true;
}

/** What a purge will destroy. Its hash is what the approver approves. */
export interface PurgeScope {
  readonly planeId: string;
  readonly offboardingId: string;
  /** SHA-256 of the sealed bag's manifest. */
  readonly manifestHash: string;
  /** Documents and items in the bag, as archived. */
  readonly archivedCount: number;
  readonly archivedBytes: number;
  readonly parts: readonly ScopePart[];
  /** Totals over `parts`. */
  readonly objectCount: number;
  readonly bytes: number;
}

export async function scopeHash(scope: PurgeScope): Promise<string> {
  return hashOf(scope);
}

/**
 * A purge that was interrupted goes on under its approval while what remains is a part of what was approved:
 * the same bag, no part that was not there, none that has grown. A part that has its `recordsHash` in `approved` has to
 * hold the very same records; of one that is half destroyed only the amounts can be held against the approval.
 */
export function isWithinApprovedScope(approved: PurgeScope, found: PurgeScope): boolean {
  if (approved.planeId !== found.planeId || approved.manifestHash !== found.manifestHash)
    return false;
  const approvedParts = new Map(approved.parts.map((part) => [`${part.kind} ${part.ref}`, part]));
  return found.parts.every((part) => {
    const limit = approvedParts.get(`${part.kind} ${part.ref}`);
    if (!limit) return part.count === 0;
    if (limit.recordsHash !== undefined && limit.recordsHash !== part.recordsHash) return false;
    return part.count <= limit.count && part.bytes <= limit.bytes;
  });
}

/**
 * True when what is found is exactly what was approved. Only usage may have become less: DynamoDB removes expired
 * leases by itself within days, so the approver would have to be asked again for nothing.
 */
export async function isApprovedScope(
  approved: PurgeScope,
  approvedHash: string,
  found: PurgeScope,
): Promise<boolean> {
  const usage = approved.parts.find(({ kind }) => kind === 'usage');
  const parts = found.parts.map((part) =>
    usage && part.ref === usage.ref && part.count < usage.count && part.bytes <= usage.bytes
      ? usage
      : part,
  );
  return approvedHash === (await scopeHash({ ...found, parts, ...totals(parts) }));
}

export function totals(parts: readonly ScopePart[]): { objectCount: number; bytes: number } {
  return {
    objectCount: parts.reduce((sum, part) => sum + part.count, 0),
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
  };
}
