import { sha256Hex } from './canonical.ts';
import { OffboardingError } from './errors.ts';
import { foldLedger } from './fold-ledger.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import { countingApprovals } from './purge-permission.ts';
import type { PurgeData, PurgedPart } from './purge-progress.ts';
import {
  type PlaceCopies,
  type ResidualCopy,
  type ResidueSource,
  residualCopies,
  unknownCopies,
} from './residue.ts';
import type { ScopePart } from './scope.ts';

export interface Tool {
  readonly name: string;
  readonly version: string;
}

/** What a purge of one plane did and how that is known. It outlives the data: ids, counts, hashes and times, and who approved. */
export interface CertificateStatement {
  readonly type: 'knowledge-plane-purge';
  /** `executed`: destroyed and verified, while the residual copies listed below have not run out yet. */
  readonly phase: 'executed';
  readonly issuedAt: string;
  readonly tool: Tool;
  readonly planeId: string;
  readonly offboardingId: string;
  readonly archive: {
    readonly manifestHash: string;
    readonly objectCount: number;
    readonly bytes: number;
    readonly archivedAt: string;
  };
  readonly destruction: {
    readonly purgedAt: string;
    readonly scopeHash: string;
    readonly recordsDeleted: number;
    readonly bytesDeleted: number;
    readonly alreadyAbsent: number;
    readonly uploadsAborted: number;
    readonly parts: readonly (PurgedPart & { readonly calls: readonly string[] })[];
  };
  /** What a second listing counted after the last deletion, by code that shares nothing with the deletion. */
  readonly verification: { readonly residue: readonly ScopePart[]; readonly left: number };
  /** Those that the purge acted on: of the question that was asked last, one a person, in the order in which they came. */
  readonly approvals: readonly {
    readonly scopeHash: string;
    readonly approvedBy: string;
    /** SHA-256 of what the approver wrote, in lower-case hex. The text stays in the ledger: whatever is in it need not stay here. */
    readonly reasonHash: string;
    readonly approvedAt: string;
  }[];
  /**
   * Legal holds in force when PURGED was recorded, by the ledger's entry. The gate lets nothing pass under a hold: these came when the purge
   * had begun, and stopped it no more. Their references and reasons stay in the ledger.
   */
  readonly heldAtPurge: readonly { readonly seq: number; readonly placedAt: string }[];
  /** The ledger up to and including the entry that records PURGED. */
  readonly ledger: { readonly length: number; readonly headHash: string };
  /** What AWS keeps by itself, and until when: computed from the deployment's configuration, and asked of the plane's places. */
  readonly residualCopies: readonly ResidualCopy[];
  /** What nobody looked at, so that nobody reads more into this than was seen. */
  readonly notExamined: readonly string[];
}

const S3_CALLS = [
  's3:ListObjectVersions',
  's3:DeleteObjects',
  's3:ListMultipartUploads',
  's3:AbortMultipartUpload',
];
const DYNAMODB_CALLS = ['dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:DeleteItem'];

const CALLS: Readonly<Record<ScopePart['kind'], readonly string[]>> = {
  bag: S3_CALLS,
  's3-prefix': S3_CALLS,
  'dynamodb-partition': DYNAMODB_CALLS,
  'token-partition': DYNAMODB_CALLS,
  usage: DYNAMODB_CALLS,
};

const NOT_EXAMINED = [
  'backups on demand, backups by AWS Backup and exports of the tables and buckets the plane lived in',
  'copies that users of the plane made',
];
/** A purge that was recorded by an earlier version asked nobody. */
const NOBODY_ASKED =
  'point-in-time recovery and replicas of the tables and buckets the plane lived in';

/**
 * Says what the ledger says, and nothing that is not in it.
 * @param entries the whole ledger of the plane, its chain verified
 * @throws OffboardingError `CERTIFICATE_FAILED` when the ledger does not tell of a purge
 */
export async function buildCertificate(
  entries: readonly LedgerEntry[],
  { tool, residueRegister, issuedAt }: CertificateContext,
): Promise<CertificateStatement> {
  const purged = entries.find(({ type, to }) => type === 'TRANSITION' && to === 'PURGED');
  const state = foldLedger(entries);
  const { archive, purge, approval } = state;
  if (!purged || !archive || !purge || purged.offboardingId === null)
    throw new OffboardingError('CERTIFICATE_FAILED', 'the ledger does not tell of a purge');
  const data = purge as unknown as PurgeData; // written by the recorder from what the purge reported
  return {
    type: 'knowledge-plane-purge',
    phase: 'executed',
    issuedAt: issuedAt.toISOString(),
    tool,
    planeId: purged.planeId,
    offboardingId: purged.offboardingId,
    archive: {
      manifestHash: archive.manifestHash,
      objectCount: archive.objectCount,
      bytes: archive.archiveSizeBytes,
      archivedAt: archive.archivedAt,
    },
    destruction: {
      purgedAt: data.purgedAt,
      scopeHash: data.scopeHash,
      recordsDeleted: data.recordsDeleted,
      bytesDeleted: data.bytesDeleted,
      alreadyAbsent: data.alreadyAbsent,
      uploadsAborted: data.uploadsAborted,
      parts: data.parts.map((part) => ({ ...part, calls: CALLS[part.kind] })),
    },
    verification: {
      residue: data.residue,
      left: data.residue.reduce((sum, { count }) => sum + count, 0),
    },
    approvals: await Promise.all(
      countingApprovals(state).map(async ({ actor, reason, at }) => ({
        scopeHash: approval?.scopeHash ?? '',
        approvedBy: actor,
        reasonHash: await sha256Hex(reason),
        approvedAt: at,
      })),
    ),
    heldAtPurge: holdsAt(entries.slice(0, purged.seq)),
    ledger: { length: purged.seq, headHash: purged.hash },
    // Counted from now, when all of it is deleted for certain.
    residualCopies: residualCopies(residueRegister, data.placeCopies ?? [], issuedAt),
    notExamined: notExamined(data.placeCopies),
  };
}

/** Those that were placed and not released. */
function holdsAt(entries: readonly LedgerEntry[]): CertificateStatement['heldAtPurge'] {
  const held = new Map<unknown, { readonly seq: number; readonly placedAt: string }>();
  for (const { type, seq, at, data } of entries) {
    if (type === 'HOLD_PLACED') held.set(data.reference, { seq, placedAt: at });
    if (type === 'HOLD_RELEASED') held.delete(data.reference);
  }
  return [...held.values()];
}

function notExamined(places: readonly PlaceCopies[] | undefined): readonly string[] {
  return [...(places ? unknownCopies(places) : [NOBODY_ASKED]), ...NOT_EXAMINED];
}

export interface CertificateContext {
  readonly tool: Tool;
  /** What this deployment's own resources keep. */
  readonly residueRegister: readonly ResidueSource[];
  readonly issuedAt: Date;
}
