import type { CertificateArchive } from '../adapters/certificate-archive.ts';
import {
  buildCertificate,
  type CertificateContext,
  type CertificateStatement,
} from '../core/certificate.ts';
import { OffboardingError } from '../core/errors.ts';
import { foldLedger } from '../core/fold-ledger.ts';
import { lastUntil } from '../core/residue.ts';
import type { LedgerReader, Now, Recorder } from '../ports.ts';
import { readChain } from '../read-ledger-state.ts';
import type { FinalSchedule } from './final-schedule.ts';
import { readIssued } from './issued-certificate.ts';
import { recordCertificate } from './record-certificate.ts';
import { signStatement } from './sign-statement.ts';
import type { Signer } from './signer.ts';

export interface CertificatePorts extends Omit<CertificateContext, 'issuedAt'> {
  readonly ledger: LedgerReader;
  readonly recorder: Recorder;
  readonly signer: Signer;
  readonly certificates: CertificateArchive;
  readonly finalSchedule: FinalSchedule;
  readonly now: Now;
}

export interface CertificateEvent {
  readonly planeId: string;
  readonly offboardingId: string;
  readonly idempotencyKey: string;
}

/** `data` of CERTIFIED. */
export interface CertificateData {
  /** SHA-256 of the JWS as stored, in lower-case hex. */
  readonly certificateHash: string;
  readonly keyId: string;
  readonly phase: 'executed' | 'final';
  readonly issuedAt: string;
}

/**
 * Issues the certificate of a purged plane: signed, stored once, then recorded. Whatever a retry signs anew, the one
 * that was stored first is the one that is recorded. Before that the final certificate is put on the clock, so that no
 * recorded certificate is without one to come.
 * @throws OffboardingError `CERTIFICATE_FAILED`
 */
export function createIssueCertificate(ports: CertificatePorts) {
  return async ({
    planeId,
    offboardingId,
    idempotencyKey,
  }: CertificateEvent): Promise<CertificateData> => {
    const entries = await readChain(ports.ledger, planeId);
    const { certificate } = foldLedger(entries);
    if (certificate) return certificate as unknown as CertificateData; // recorded by an earlier run of this code

    const statement = await buildCertificate(entries, { ...ports, issuedAt: ports.now() });
    if (statement.offboardingId !== offboardingId)
      throw new OffboardingError('CERTIFICATE_FAILED', `${offboardingId} did not purge ${planeId}`);
    const signed = await signStatement(statement, 'purge-certificate+json', ports.signer);
    const isFirst = await ports.certificates.writeOnce(planeId, 'executed', signed.jws);
    const issued = isFirst ? { jws: signed.jws, statement } : await readEarlier(ports, statement);
    await ports.finalSchedule.create(
      { planeId, offboardingId },
      lastUntil(issued.statement.residualCopies, issued.statement.issuedAt),
    );
    const { keyId } = signed;
    return recordCertificate(
      ports.recorder,
      { planeId, offboardingId },
      { jws: issued.jws, keyId, phase: 'executed', issuedAt: issued.statement.issuedAt },
      idempotencyKey,
    );
  };
}

/** The certificate that an earlier run stored, if it is about the same purge and signed by the same key. */
async function readEarlier(
  ports: CertificatePorts,
  { planeId, ledger }: CertificateStatement,
): Promise<{ jws: string; statement: CertificateStatement }> {
  const issued = await readIssued<CertificateStatement>(ports, planeId, 'executed');
  if (issued.statement.ledger.headHash === ledger.headHash) return issued;
  throw new OffboardingError('CERTIFICATE_FAILED', 'the stored certificate is about another purge');
}
