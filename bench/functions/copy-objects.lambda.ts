import { CopyObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { inParallel } from '../../lambdas/stores/in-parallel.ts';

export interface CopyObjectsEvent {
  readonly bucket: string;
  readonly versions: readonly { readonly key: string; readonly versionId: string }[];
  readonly target: { readonly bucket: string; readonly prefix: string };
  readonly parallel: number;
}

const s3 = new S3Client();

/** The floor of archiving large objects: one server-side copy of each into the archive class, with its SHA-256. */
export async function handler(event: CopyObjectsEvent): Promise<number> {
  const { bucket, versions, target, parallel } = event;
  const copies = await inParallel(versions, parallel, ({ key, versionId }) =>
    s3.send(
      new CopyObjectCommand({
        CopySource: `${bucket}/${encodeURIComponent(key)}?versionId=${versionId}`,
        Bucket: target.bucket,
        Key: target.prefix + key,
        StorageClass: 'DEEP_ARCHIVE',
        ChecksumAlgorithm: 'SHA256',
      }),
    ),
  );
  return copies.length;
}
