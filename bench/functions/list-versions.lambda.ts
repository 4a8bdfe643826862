import {
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  S3Client,
} from '@aws-sdk/client-s3';

export interface ListVersionsEvent {
  readonly bucket: string;
  readonly prefix: string;
}

const s3 = new S3Client();

/** The floor of an inventory: the SDK lists every version and delete marker once, and nothing is kept or written. */
export async function handler({ bucket, prefix }: ListVersionsEvent): Promise<number> {
  let listed = 0;
  let page: ListObjectVersionsCommandOutput | undefined;
  do {
    page = await s3.send(
      new ListObjectVersionsCommand({
        Bucket: bucket,
        Prefix: prefix,
        KeyMarker: page?.NextKeyMarker,
        VersionIdMarker: page?.NextVersionIdMarker,
      }),
    );
    listed += (page.Versions?.length ?? 0) + (page.DeleteMarkers?.length ?? 0);
  } while (page.IsTruncated);
  return listed;
}
