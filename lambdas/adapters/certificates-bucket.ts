import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Certificates } from '../api/ports.ts';

/** The certificates of purged planes, one object each. */
export function certificatesBucket(client: S3Client, bucket: string): Certificates {
  return {
    async read(planeId) {
      const { Body } = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: `certificates/${planeId}.jws` }),
      );
      if (!Body) throw new Error('S3 answered a certificate without its content');
      return await Body.transformToString();
    },
  };
}
