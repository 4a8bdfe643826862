import type { CertificateStatement, Tool } from './certificate.ts';
import { OffboardingError } from './errors.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import type { ResidualCopy } from './residue.ts';

/** The second phase of a certificate: every residual copy that the first one listed has run out. */
export interface FinalCertificateStatement {
  readonly type: 'knowledge-plane-purge';
  readonly phase: 'final';
  readonly issuedAt: string;
  readonly tool: Tool;
  readonly planeId: string;
  readonly offboardingId: string;
  /** The certificate that this one completes. `hash` is the SHA-256 of its JWS as stored. */
  readonly executed: { readonly hash: string; readonly issuedAt: string };
  /** As listed then; each `until` lies behind `issuedAt`. */
  readonly residualCopies: readonly ResidualCopy[];
  /** The ledger as it stands now: every entry up to the head that the executed certificate names is still there. */
  readonly ledger: { readonly length: number; readonly headHash: string };
  /** As listed then: time does not bring an answer to what could not be asked. */
  readonly notExamined: readonly string[];
}

export interface FinalContext {
  readonly tool: Tool;
  readonly issuedAt: Date;
  /** SHA-256 of the executed certificate's JWS. */
  readonly executedHash: string;
}

/**
 * @param entries the whole ledger of the plane, its chain verified
 * @throws OffboardingError `CERTIFICATE_FAILED` while a residual copy has not run out; `LEDGER_CORRUPT` when the ledger does not
 * stand any more as the executed certificate found it
 */
export function buildFinalCertificate(
  executed: CertificateStatement,
  entries: readonly LedgerEntry[],
  { tool, issuedAt, executedHash }: FinalContext,
): FinalCertificateStatement {
  const now = issuedAt.toISOString();
  const waitedFor = executed.residualCopies.find(({ until }) => until > now);
  if (waitedFor)
    throw new OffboardingError(
      'CERTIFICATE_FAILED',
      `${waitedFor.what} (${waitedFor.kind}) is kept until ${waitedFor.until}`,
    );
  const { length, headHash } = executed.ledger;
  const head = entries.at(-1);
  if (!head || entries[length - 1]?.hash !== headHash)
    throw new OffboardingError(
      'LEDGER_CORRUPT',
      `entry ${length} is not the one that the executed certificate names`,
    );
  return {
    type: 'knowledge-plane-purge',
    phase: 'final',
    issuedAt: now,
    tool,
    planeId: executed.planeId,
    offboardingId: executed.offboardingId,
    executed: { hash: executedHash, issuedAt: executed.issuedAt },
    residualCopies: executed.residualCopies,
    ledger: { length: head.seq, headHash: head.hash },
    notExamined: executed.notExamined,
  };
}
