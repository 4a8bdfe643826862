import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Certificates } from '../api/ports.ts';
import { certificatesBucket } from './certificates-bucket.ts';

export interface CertificateArchive extends Certificates {
  /** Writes the plane's first certificate and never another one. @returns false when there is one already */
  writeOnce(planeId: string, jws: string): Promise<boolean>;
}

/** The certificates as their issuer sees them. It may put and get them, but not list: it writes first and reads then. */
export function certificateArchive(client: S3Client, bucket: string): CertificateArchive {
  return {
    ...certificatesBucket(client, bucket),
    async writeOnce(planeId, jws) {
      try {
        await client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: `certificates/${planeId}.jws`,
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
