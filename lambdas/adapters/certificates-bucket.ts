import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { CertificatePhase, Certificates } from '../api/ports.ts';

/** Ids of planes have no dot, so no two certificates share a key. */
export function certificateKey(planeId: string, phase: CertificatePhase): string {
  return `certificates/${planeId}${phase === 'final' ? '.final' : ''}.jws`;
}

/** The certificates of purged planes, one object for each phase. */
export function certificatesBucket(client: S3Client, bucket: string): Certificates {
  return {
    async read(planeId, phase) {
      const { Body } = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: certificateKey(planeId, phase) }),
      );
      if (!Body) throw new Error('S3 answered a certificate without its content');
      return await Body.transformToString();
    },
  };
}
