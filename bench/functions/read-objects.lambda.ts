import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { inParallel } from '../../lambdas/stores/in-parallel.ts';

export interface ReadObjectsEvent {
  readonly bucket: string;
  readonly versions: readonly { readonly key: string; readonly versionId: string }[];
  readonly parallel: number;
}

const s3 = new S3Client();

/** The floor of packing: the same SDK reads every object once, and throws the bytes away. */
export async function handler({ bucket, versions, parallel }: ReadObjectsEvent): Promise<number> {
  const sizes = await inParallel(versions, parallel, async ({ key, versionId }) => {
    const { Body } = await s3.send(
      new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }),
    );
    let bytes = 0;
    // Typed for browsers as well; in Node.js it is a stream.
    for await (const chunk of Body as unknown as AsyncIterable<Buffer>) bytes += chunk.length;
    return bytes;
  });
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}
