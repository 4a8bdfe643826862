import { sha256Hex } from '../core/canonical.ts';
import type { Recorder } from '../ports.ts';
import type { CertificateData } from './certificate.ts';

/** Puts a certificate that is stored on record, by its hash. */
export async function recordCertificate(
  recorder: Recorder,
  { planeId, offboardingId }: { readonly planeId: string; readonly offboardingId: string },
  { jws, ...issued }: Omit<CertificateData, 'certificateHash'> & { readonly jws: string },
  idempotencyKey: string,
): Promise<CertificateData> {
  const data: CertificateData = { certificateHash: await sha256Hex(jws), ...issued };
  await recorder.record({
    planeId,
    offboardingId,
    type: 'CERTIFIED',
    actor: 'workflow',
    reason: null,
    data: { ...data },
    idempotencyKey,
  });
  return data;
}
