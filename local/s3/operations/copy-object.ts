import { authoriseWrite } from '../authorise-write.ts';
import type { Checksum, ChecksumAlgorithm, DigestAlgorithm } from '../checksum.ts';
import { checksumAlgorithmIn, checksumMarkup } from '../checksum-headers.ts';
import {
  COPY_SOURCE_HEADERS,
  type CopySource,
  copySourceHeaders,
  findCopySource,
  MAXIMUM_COPY_BYTES,
} from '../copy-source.ts';
import { digestBody } from '../digest-body.ts';
import {
  authoriseKeyUse,
  ENCRYPTION_HEADERS,
  encryptionHeaders,
  encryptionKeyOf,
} from '../encryption.ts';
import { etagOf, isMultipartEtag } from '../etag.ts';
import { versionHeaders } from '../find-object.ts';
import { copiedHeadersIn, objectHeadersIn } from '../object-headers.ts';
import { OBJECT_LOCK_HEADERS, objectLockIn } from '../object-lock.ts';
import { type ObjectStorage, requireBucket } from '../object-storage.ts';
import { idOf, type ObjectContent } from '../object-version.ts';
import type { Operation } from '../operation.ts';
import { assertLockable, assertWritable, putVersion } from '../put-version.ts';
import { isReadable } from '../restore.ts';
import { invalidArgument, S3Error } from '../s3-error.ts';
import { xmlReply } from '../s3-reply.ts';
import type { S3Request } from '../s3-request.ts';
import { storageClassIn } from '../storage-class.ts';
import { releaseBody, retainBody } from '../stored-body.ts';
import { leaf, xmlDocument } from '../write-xml.ts';

export function copyObject(storage: ObjectStorage): Operation {
  return {
    name: 'CopyObject',
    method: 'PUT',
    on: 'object',
    selectors: [],
    selectingHeader: 'x-amz-copy-source',
    parameters: [],
    headers: [
      ...COPY_SOURCE_HEADERS,
      ...ENCRYPTION_HEADERS,
      ...OBJECT_LOCK_HEADERS,
      'x-amz-checksum-algorithm',
      'x-amz-meta-*',
      'x-amz-metadata-directive',
      'x-amz-storage-class',
      'x-amz-website-redirect-location',
    ],
    async run(request, caller) {
      const lock = objectLockIn(request, storage.now());
      authoriseWrite(caller, request, lock);
      const source = findCopySource(storage, request, caller);
      const bucket = requireBucket(storage, request.bucket);
      assertLockable(bucket, lock);
      const keyArn = encryptionKeyOf(request, bucket);
      authoriseKeyUse(storage, caller, keyArn, 'encrypt');
      assertCopyable(storage, request, source);
      assertWritable(storage, request, bucket);

      const plan = {
        storageClass: storageClassIn(request),
        headers: replacesMetadata(request)
          ? objectHeadersIn(request)
          : copiedHeadersIn(request, source.content.headers),
      };
      const algorithm = checksumAlgorithmIn(request, 'x-amz-checksum-algorithm');
      const sequence = storage.nextSequence();
      retainBody(source.content.body);
      let content: ObjectContent;
      try {
        content = {
          ...plan,
          body: source.content.body,
          size: source.content.size,
          encryptionKeyArn: keyArn,
          ...(await identify(source.content, keyArn, algorithm, sequence)),
          parts: undefined,
        };
      } catch (error) {
        await releaseBody(source.content.body);
        throw error;
      }
      const version = await putVersion(storage, request, bucket, { sequence, content, lock });
      return xmlReply(
        xmlDocument(
          'CopyObjectResult',
          leaf('ETag', `"${content.etag}"`),
          leaf('LastModified', new Date(version.lastModified).toISOString()),
          checksumMarkup(content.checksum),
        ),
        {
          ...versionHeaders(bucket, version),
          ...copySourceHeaders(source, idOf(source.version)),
          ...encryptionHeaders(keyArn),
        },
      );
    },
  };
}

/**
 * ETag and checksum of a copy, which is one piece however its source was uploaded. What the source already knows is
 * taken over; the bytes are read only for what it does not.
 */
async function identify(
  source: ObjectContent,
  keyArn: string | undefined,
  wanted: ChecksumAlgorithm | undefined,
  seed: number,
): Promise<{ etag: string; checksum: Checksum }> {
  const algorithm = wanted ?? source.checksum.algorithm;
  const keepsChecksum =
    source.checksum.algorithm === algorithm && source.checksum.type === 'FULL_OBJECT';
  const keepsEtag =
    keyArn === undefined && source.encryptionKeyArn === undefined && !isMultipartEtag(source.etag);
  const missing: DigestAlgorithm[] = [];
  if (!keepsChecksum) missing.push(algorithm);
  if (keyArn === undefined && !keepsEtag) missing.push('MD5');

  const digests = await digestBody(source.body, 0, source.size, missing);
  const value = digests.get(algorithm)?.toString('base64') ?? source.checksum.value;
  return {
    etag: keepsEtag ? source.etag : etagOf(keyArn, digests.get('MD5'), seed),
    checksum: { algorithm, type: 'FULL_OBJECT', value },
  };
}

function assertCopyable(storage: ObjectStorage, request: S3Request, source: CopySource): void {
  if (!isReadable(source.version, storage.now())) {
    throw new S3Error(
      'ObjectNotInActiveTierError',
      'The source object of the COPY action is not in the active tier and is only stored in Amazon S3 Glacier.',
    );
  }
  if (source.content.size > MAXIMUM_COPY_BYTES) {
    throw new S3Error(
      'InvalidRequest',
      `The specified copy source is larger than the maximum allowable size for a copy source: ${MAXIMUM_COPY_BYTES}`,
    );
  }
  const isItself = source.bucket.name === request.bucket && source.key === request.key;
  if (isItself && source.versionId === undefined && !changesAnything(request)) {
    throw new S3Error(
      'InvalidRequest',
      `This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.`,
    );
  }
}

function changesAnything(request: S3Request): boolean {
  return (
    replacesMetadata(request) ||
    [
      'x-amz-storage-class',
      'x-amz-checksum-algorithm',
      'x-amz-website-redirect-location',
      ...ENCRYPTION_HEADERS,
    ].some((name) => request.header(name) !== undefined)
  );
}

function replacesMetadata(request: S3Request): boolean {
  const directive = request.header('x-amz-metadata-directive') ?? 'COPY';
  if (directive === 'COPY' || directive === 'REPLACE') return directive === 'REPLACE';
  throw invalidArgument('x-amz-metadata-directive', directive, 'Unknown metadata directive.');
}
