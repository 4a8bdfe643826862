import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { CertificatePhase, Certificates } from '../api/ports.ts';
import { certificateKey, certificatesBucket } from './certificates-bucket.ts';

export interface CertificateArchive extends Certificates {
  /** Writes the plane's first certificate of a phase and never another one. @returns false when there is one already */
  writeOnce(planeId: string, phase: CertificatePhase, jws: string): Promise<boolean>;
}

/** The certificates as their issuer sees them. It may put and get them, but not list: it writes first and reads then. */
export function certificateArchive(client: S3Client, bucket: string): CertificateArchive {
  return {
    ...certificatesBucket(client, bucket),
    async writeOnce(planeId, phase, jws) {
      try {
        await client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: certificateKey(planeId, phase),
            Body: jws,
            ContentType: 'application/jose',
            ChecksumAlgorithm: 'SHA256',
            IfNoneMatch: '*',
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof Error && error.name === 'PreconditionFailed') return false;
        throw error;
      }
    },
  };
}
