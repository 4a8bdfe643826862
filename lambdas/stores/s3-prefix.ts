import { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { OffboardingError } from '../core/errors.ts';
import type { S3PrefixStore } from '../core/plane.ts';
import type { ObjectProperties, ObjectVersion, StoreRecord } from '../core/store-record.ts';
import { STORE_RETRY } from './retry-transient.ts';
import { countVersions } from './s3-count.ts';
import { removeVersions } from './s3-removal.ts';
import { abortUploads, countUploads } from './s3-uploads.ts';
import { listVersions, type S3Record } from './s3-versions.ts';
import type { OpenRecord, Store } from './store.ts';
import { sumPages } from './sum-pages.ts';

/** Everything under one prefix of one bucket, in all its versions. The prefix ends in `/`: `kp-1/` never takes `kp-10/`. */
export function createS3PrefixStore(
  client: S3Client,
  descriptor: S3PrefixStore,
  retry = STORE_RETRY,
): Store {
  const { bucket, prefix } = descriptor;
  if (!prefix.endsWith('/')) throw new Error('the prefix of an s3-prefix store must end in /');
  return {
    descriptor,
    inventory: (after) =>
      listVersions(client, { bucket, prefix, ...(after && { after: s3Record(after) }) }),
    open: (record) => openVersion(client, bucket, s3Object(record)),
    remove: (records, known) =>
      removeVersions(client, { bucket, prefix }, records.map(s3Record), {
        listedJustNow: known === 'listed-just-now',
        retry,
      }),
    countUploads: () => countUploads(client, { bucket, prefix }),
    abortUploads: (mayGoOn) => abortUploads(client, { bucket, prefix }, mayGoOn),
    countPages: (mark) => countVersions(client, { bucket, prefix }, mark),
    measure: () => sumPages(countVersions(client, { bucket, prefix })),
  };
}

function s3Record(record: StoreRecord): S3Record {
  if (record.kind === 'item') throw new TypeError('an s3-prefix store holds no items');
  return record;
}

function s3Object(record: StoreRecord): ObjectVersion {
  if (record.kind !== 'object') throw new TypeError('only an object of an s3-prefix store opens');
  return record;
}

/** What S3 answers when a version is gone, was replaced, or became a delete marker. */
const CHANGED_CODES: ReadonlySet<string> = new Set([
  'NoSuchKey',
  'NoSuchVersion',
  'NotFound',
  'PreconditionFailed',
  'MethodNotAllowed',
]);

async function openVersion(
  client: S3Client,
  bucket: string,
  { key, versionId, etag, size }: ObjectVersion,
): Promise<OpenRecord> {
  try {
    const reply = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId, IfMatch: etag }),
    );
    const { Body, ContentLength } = reply;
    if (!(Body instanceof Readable) || ContentLength !== size)
      throw new OffboardingError(
        'SOURCE_CHANGED',
        `an object of ${size} bytes was answered with ${ContentLength}`,
        { details: { key, versionId } },
      );
    const properties = propertiesOf(reply);
    return {
      content: Body,
      ...(Object.keys(properties).length > 0 && { properties }),
    };
  } catch (error) {
    throw translateSourceError(error, { key, versionId });
  }
}

function propertiesOf({
  ContentType,
  ContentEncoding,
  ContentLanguage,
  ContentDisposition,
  CacheControl,
  Metadata = {},
}: GetObjectCommandOutput): ObjectProperties {
  return {
    ...(ContentType !== undefined && { contentType: ContentType }),
    ...(ContentEncoding !== undefined && { contentEncoding: ContentEncoding }),
    ...(ContentLanguage !== undefined && { contentLanguage: ContentLanguage }),
    ...(ContentDisposition !== undefined && { contentDisposition: ContentDisposition }),
    ...(CacheControl !== undefined && { cacheControl: CacheControl }),
    ...(Object.keys(Metadata).length > 0 && { metadata: sorted(Metadata) }),
  };
}

/** So that the same object is the same line of the index, however S3 orders its headers. */
function sorted(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** A failed read of a source object, as the code it means to an archive; any other error as it came. */
export function translateSourceError(error: unknown, details: Record<string, string>): unknown {
  if (!(error instanceof Error)) return error;
  if (CHANGED_CODES.has(error.name))
    return new OffboardingError(
      'SOURCE_CHANGED',
      `a source object is no longer what was inventoried (${error.name})`,
      { details, cause: error },
    );
  if (error.name === 'InvalidObjectState' || error.name === 'ObjectNotInActiveTierError')
    return new OffboardingError(
      'ARCHIVE_FAILED',
      'a source object lies in an archive class: restore it first',
      { details, cause: error },
    );
  return error;
}
