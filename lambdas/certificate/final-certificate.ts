import type { CertificateArchive } from '../adapters/certificate-archive.ts';
import { sha256Hex } from '../core/canonical.ts';
import type { CertificateStatement, Tool } from '../core/certificate.ts';
import { OffboardingError } from '../core/errors.ts';
import {
  buildFinalCertificate,
  type FinalCertificateStatement,
} from '../core/final-certificate.ts';
import { foldLedger } from '../core/fold-ledger.ts';
import type { LedgerReader, Now, Recorder } from '../ports.ts';
import { readChain } from '../read-ledger-state.ts';
import type { CertificateData } from './certificate.ts';
import type { FinalCertificateEvent } from './final-schedule.ts';
import { readIssued } from './issued-certificate.ts';
import { recordCertificate } from './record-certificate.ts';
import { signStatement } from './sign-statement.ts';
import type { Signer } from './signer.ts';

export interface FinalCertificatePorts {
  readonly ledger: LedgerReader;
  readonly recorder: Recorder;
  readonly signer: Signer;
  readonly certificates: CertificateArchive;
  readonly tool: Tool;
  readonly now: Now;
}

/**
 * Completes the certificate of a purge when everything that it said would remain has run out: signed, stored once, then recorded.
 * @throws OffboardingError `CERTIFICATE_FAILED` while something remains, `LEDGER_CORRUPT` when the ledger was changed since
 */
export function createIssueFinalCertificate(ports: FinalCertificatePorts) {
  return async ({ planeId, offboardingId }: FinalCertificateEvent): Promise<CertificateData> => {
    const entries = await readChain(ports.ledger, planeId);
    const { certificate, finalCertificate } = foldLedger(entries);
    if (finalCertificate) return finalCertificate as unknown as CertificateData; // recorded by an earlier run of this code
    const executed = await readIssued<CertificateStatement>(ports, planeId, 'executed');
    const executedHash = await sha256Hex(executed.jws);
    if (
      certificate?.certificateHash !== executedHash ||
      executed.statement.offboardingId !== offboardingId
    )
      throw new OffboardingError(
        'CERTIFICATE_FAILED',
        `the stored certificate is not the one on record for ${offboardingId}`,
      );

    const statement = buildFinalCertificate(executed.statement, entries, {
      tool: ports.tool,
      issuedAt: ports.now(),
      executedHash,
    });
    const signed = await signStatement(statement, 'purge-certificate+json', ports.signer);
    const isFirst = await ports.certificates.writeOnce(planeId, 'final', signed.jws);
    const issued = isFirst
      ? { jws: signed.jws, statement }
      : await readIssued<FinalCertificateStatement>(ports, planeId, 'final');
    const { keyId } = signed;
    return recordCertificate(
      ports.recorder,
      { planeId, offboardingId },
      { jws: issued.jws, keyId, phase: 'final', issuedAt: issued.statement.issuedAt },
      `final-certificate/${offboardingId}`,
    );
  };
}
