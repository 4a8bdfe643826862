import { ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import type { CountedPage } from './store.ts';

interface Marker {
  readonly KeyMarker?: string;
  readonly VersionIdMarker?: string | undefined;
}

/**
 * Counts every version and delete marker under a prefix. Deliberately not built on `listVersions`: what proves that
 * nothing is left must not share the code that removed it.
 */
export async function* countVersions(
  client: S3Client,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  mark?: string,
): AsyncGenerator<CountedPage> {
  let after: Marker | undefined = mark === undefined ? {} : (JSON.parse(mark) as Marker);
  while (after) {
    const page = await client.send(
      new ListObjectVersionsCommand({
        Bucket: bucket,
        Prefix: prefix,
        EncodingType: 'url',
        ...after,
      }),
    );
    const { Versions = [], DeleteMarkers = [] } = page;
    after = next(page);
    yield {
      count: Versions.length + DeleteMarkers.length,
      bytes: Versions.reduce((sum, { Size = 0 }) => sum + Size, 0),
      records: [
        ...Versions.map(({ Key = '', VersionId = 'null', ETag = '' }) => ({
          kind: 'object' as const,
          key: decode(Key),
          versionId: VersionId,
          etag: ETag,
        })),
        ...DeleteMarkers.map(({ Key = '', VersionId = 'null' }) => ({
          kind: 'delete-marker' as const,
          key: decode(Key),
          versionId: VersionId,
        })),
      ],
      ...(after && { mark: JSON.stringify(after) }),
    };
  }
}

function next(page: {
  IsTruncated?: boolean | undefined;
  NextKeyMarker?: string | undefined;
  NextVersionIdMarker?: string | undefined;
}): Marker | undefined {
  if (!page.IsTruncated) return undefined;
  if (page.NextKeyMarker === undefined) throw new Error('S3 cut a listing without a marker');
  return {
    KeyMarker: decode(page.NextKeyMarker),
    VersionIdMarker: page.NextVersionIdMarker,
  };
}

/** As an HTML form is decoded, by the platform: S3 writes a space as `+`, and everything that means something in a form as `%XX`. */
function decode(encoded: string): string {
  return new URLSearchParams(`key=${encoded}`).get('key') ?? '';
}
