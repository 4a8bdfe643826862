import type { S3Client } from '@aws-sdk/client-s3';
import type { CertificatePhase, Certificates } from '../api/ports.ts';
import { certificateKey, certificatesBucket } from './certificates-bucket.ts';
import { writeJwsOnce } from './write-jws-once.ts';

export interface CertificateArchive extends Certificates {
  /** Writes the plane's first certificate of a phase and never another one. @returns false when there is one already */
  writeOnce(planeId: string, phase: CertificatePhase, jws: string): Promise<boolean>;
}

/** The certificates as their issuer sees them. It may put and get them, but not list: it writes first and reads then. */
export function certificateArchive(client: S3Client, bucket: string): CertificateArchive {
  return {
    ...certificatesBucket(client, bucket),
    writeOnce: (planeId, phase, jws) =>
      writeJwsOnce(client, bucket, certificateKey(planeId, phase), jws),
  };
}
