import { compactVerify, importJWK } from 'jose';
import type { CertificateArchive } from '../adapters/certificate-archive.ts';
import type { CertificatePhase } from '../api/ports.ts';
import { OffboardingError } from '../core/errors.ts';
import type { Signer } from './signer.ts';

/** What every statement about a plane has. */
interface Statement {
  readonly planeId: string;
  readonly phase: CertificatePhase;
  readonly issuedAt: string;
}

/**
 * A certificate that an earlier run stored, if our key has signed it and it is about this plane.
 * @throws OffboardingError `CERTIFICATE_FAILED`
 */
export async function readIssued<Issued extends Statement>(
  ports: { readonly certificates: CertificateArchive; readonly signer: Signer },
  planeId: string,
  phase: Issued['phase'],
): Promise<{ jws: string; statement: Issued }> {
  const jws = await ports.certificates.read(planeId, phase);
  const statement = await verifiedPayload<Issued>(jws, ports.signer);
  if (statement.planeId !== planeId || statement.phase !== phase)
    throw new OffboardingError(
      'CERTIFICATE_FAILED',
      'the stored certificate is about another purge',
    );
  return { jws, statement };
}

async function verifiedPayload<Issued>(jws: string, signer: Signer): Promise<Issued> {
  const key = await importJWK(await signer.publicKey(), 'ES256');
  try {
    const { payload } = await compactVerify(jws, key);
    return JSON.parse(new TextDecoder().decode(payload));
  } catch (cause) {
    throw new OffboardingError('CERTIFICATE_FAILED', 'the stored certificate does not verify', {
      cause,
    });
  }
}
