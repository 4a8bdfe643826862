import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { OffboardingError } from '../core/errors.ts';
import type { S3PrefixStore } from '../core/plane.ts';
import type { ObjectProperties, ObjectVersion, StoreRecord } from '../core/store-record.ts';
import type { OpenRecord, RecordReader } from './record-reader.ts';

/** The object versions under one prefix of one bucket. */
export function s3RecordReader(client: S3Client, descriptor: S3PrefixStore): RecordReader {
  return {
    descriptor,
    open: (record) => openVersion(client, descriptor.bucket, s3Object(record)),
  };
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

/** The same where there is no code: the reply to a HEAD has no body to hold one. A 404 the SDK knows as `NotFound`. */
const CHANGED_STATUSES: ReadonlySet<number | undefined> = new Set([405, 412]);

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
  ExpiresString,
  WebsiteRedirectLocation,
  Metadata = {},
}: GetObjectCommandOutput): ObjectProperties {
  return {
    ...(ContentType !== undefined && { contentType: ContentType }),
    ...(ContentEncoding !== undefined && { contentEncoding: ContentEncoding }),
    ...(ContentLanguage !== undefined && { contentLanguage: ContentLanguage }),
    ...(ContentDisposition !== undefined && { contentDisposition: ContentDisposition }),
    ...(CacheControl !== undefined && { cacheControl: CacheControl }),
    ...(ExpiresString !== undefined && { expires: ExpiresString }),
    ...(WebsiteRedirectLocation !== undefined && {
      websiteRedirectLocation: WebsiteRedirectLocation,
    }),
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
  if (CHANGED_CODES.has(error.name) || hasChangedStatus(error))
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

function hasChangedStatus(error: Error): boolean {
  return (
    error instanceof S3ServiceException && CHANGED_STATUSES.has(error.$metadata.httpStatusCode)
  );
}
