import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { documentClient } from '../../lambdas/stores/document-client.ts';
import { inParallel } from '../../lambdas/stores/in-parallel.ts';

export interface ReadObjectsEvent {
  readonly bucket: string;
  readonly versions: readonly { readonly key: string; readonly versionId: string }[];
  readonly parallel: number;
  readonly client: keyof typeof CLIENTS;
}

/** The SDK's client as it comes, and as the packer sets it up. */
const CLIENTS = { plain: new S3Client(), packer: documentClient() };

/** The floor of packing: the same SDK reads every object once, and throws the bytes away. */
export async function handler(event: ReadObjectsEvent): Promise<number> {
  const { bucket, versions, parallel } = event;
  const s3 = CLIENTS[event.client];
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
