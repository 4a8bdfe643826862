import { AccessDenied, type Caller } from '../../aws-service.ts';
import type { Bucket } from '../bucket.ts';
import { PAYLOAD_HEADERS } from '../checksum-headers.ts';
import { authoriseIfMatch } from '../conditions.ts';
import { deleteVersion } from '../delete-version.ts';
import { type ObjectStorage, requireBucket } from '../object-storage.ts';
import type { Operation } from '../operation.ts';
import { authoriseBypass, authoriseDelete } from '../permissions.ts';
import { requireVouchedDocument } from '../read-document.ts';
import { malformedXml, requireText, type XmlElement } from '../read-xml.ts';
import { notImplemented, S3Error } from '../s3-error.ts';
import { xmlReply } from '../s3-reply.ts';
import { assertKeyLength, type S3Request } from '../s3-request.ts';
import { branch, leaf, xmlDocument } from '../write-xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const MAXIMUM_KEYS = 1000;

export function deleteObjects(storage: ObjectStorage): Operation {
  return {
    name: 'DeleteObjects',
    method: 'POST',
    on: 'bucket',
    selectors: ['delete'],
    parameters: [],
    headers: [...PAYLOAD_HEADERS, 'x-amz-bypass-governance-retention'],
    async run(request, caller) {
      const document = await requireVouchedDocument(request, 'Delete');
      const bucket = requireBucket(storage, request.bucket);
      const objects = document.children('Object').map(readIdentifier);
      if (objects.length === 0 || objects.length > MAXIMUM_KEYS) throw malformedXml();
      const isQuiet = document.child('Quiet')?.text.toLowerCase() === 'true';

      const outcomes: string[] = [];
      for (const object of objects) {
        outcomes.push(await deleteOne(storage, bucket, request, caller, object, isQuiet));
      }
      return xmlReply(xmlDocument('DeleteResult', ...outcomes));
    },
  };
}

interface ObjectIdentifier {
  readonly key: string;
  readonly versionId: string | undefined;
  readonly etag: string | undefined;
}

function readIdentifier(element: XmlElement): ObjectIdentifier {
  // Conditions of directory buckets only.
  for (const name of ['LastModifiedTime', 'Size']) {
    if (element.child(name) !== undefined) throw notImplemented(`DeleteObjects with ${name}`);
  }
  return {
    key: requireText(element, 'Key'),
    versionId: element.child('VersionId')?.text,
    etag: element.child('ETag')?.text,
  };
}

/** What became of one key: a refusal of one is no refusal of the others. */
async function deleteOne(
  storage: ObjectStorage,
  bucket: Bucket,
  request: S3Request,
  caller: Caller,
  { key, versionId, etag }: ObjectIdentifier,
  isQuiet: boolean,
): Promise<string> {
  const asked = leaf('Key', key) + leaf('VersionId', versionId);
  try {
    assertKeyLength(key);
    authoriseDelete(caller, { bucket: bucket.name, key, versionId });
    authoriseIfMatch(caller, bucket.name, key, etag);
    const mayBypass = authoriseBypass(caller, request, key);
    const outcome = await deleteVersion(storage, bucket, {
      key,
      versionId,
      ifMatch: etag,
      mayBypass,
    });
    if (isQuiet) return '';
    const marker = outcome.isDeleteMarker
      ? leaf('DeleteMarker', true) + leaf('DeleteMarkerVersionId', outcome.versionId)
      : '';
    return branch('Deleted', asked, marker);
  } catch (error) {
    const code = refusalCode(error);
    if (code === undefined || !(error instanceof Error)) throw error;
    return branch('Error', asked, leaf('Code', code), leaf('Message', error.message));
  }
}

function refusalCode(error: unknown): string | undefined {
  if (error instanceof AccessDenied) return error.name;
  return error instanceof S3Error ? error.code : undefined;
}
