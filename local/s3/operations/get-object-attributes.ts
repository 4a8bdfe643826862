import { checksumElementName, checksumMarkup } from '../checksum-headers.ts';
import { authoriseKeyUse } from '../encryption.ts';
import { findObject, versionHeaders } from '../find-object.ts';
import { pageSizeOf, wholeNumber } from '../listing-request.ts';
import { type ObjectStorage, requireBucket } from '../object-storage.ts';
import type { ObjectContent } from '../object-version.ts';
import type { Operation } from '../operation.ts';
import { authoriseRead } from '../permissions.ts';
import { invalidArgument } from '../s3-error.ts';
import { xmlReply } from '../s3-reply.ts';
import type { S3Request } from '../s3-request.ts';
import { takePage } from '../take-page.ts';
import { branch, leaf, xmlDocument } from '../write-xml.ts';

const ATTRIBUTES = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'];

export function getObjectAttributes(storage: ObjectStorage): Operation {
  return {
    name: 'GetObjectAttributes',
    method: 'GET',
    on: 'object',
    selectors: ['attributes'],
    parameters: ['versionId'],
    headers: ['x-amz-max-parts', 'x-amz-object-attributes', 'x-amz-part-number-marker'],
    async run(request, caller) {
      const { key } = request;
      const versionId = request.query.get('versionId');
      const place = { bucket: request.bucket, key, versionId };
      authoriseRead(caller, 'GetObject', place);
      authoriseRead(caller, 'GetObjectAttributes', place);
      const bucket = requireBucket(storage, request.bucket);
      const { version, content } = findObject(bucket, key, versionId, caller);
      const wanted = attributesIn(request);
      const when = (attribute: string, markup: string) => (wanted.has(attribute) ? markup : '');
      if (wanted.has('Checksum') || wanted.has('ObjectParts')) {
        authoriseKeyUse(storage, caller, content.encryptionKeyArn, 'decrypt');
      }
      return xmlReply(
        xmlDocument(
          'GetObjectAttributesResponse',
          when('ETag', leaf('ETag', content.etag)),
          when('Checksum', branch('Checksum', checksumMarkup(content.checksum))),
          when('ObjectParts', partsMarkup(request, content)),
          when('StorageClass', leaf('StorageClass', content.storageClass)),
          when('ObjectSize', leaf('ObjectSize', content.size)),
        ),
        {
          ...versionHeaders(bucket, version),
          'last-modified': new Date(version.lastModified).toUTCString(),
        },
      );
    },
  };
}

function attributesIn(request: S3Request): ReadonlySet<string> {
  const names = (request.header('x-amz-object-attributes') ?? '').split(/\s*,\s*/);
  const unknown = names.find((name) => !ATTRIBUTES.includes(name));
  if (unknown !== undefined) {
    throw invalidArgument('x-amz-object-attributes', unknown, 'Invalid attribute name specified.');
  }
  return new Set(names);
}

function partsMarkup(request: S3Request, { parts, checksum }: ObjectContent): string {
  if (parts === undefined) return '';
  const marker = wholeNumber(
    'part-number-marker',
    request.header('x-amz-part-number-marker') ?? '0',
  );
  const pageSize = pageSizeOf('max-parts', request.header('x-amz-max-parts'));
  const { page, isTruncated } = takePage(
    parts.filter((part) => part.partNumber > marker),
    pageSize,
  );
  return branch(
    'ObjectParts',
    leaf('PartsCount', parts.length),
    leaf('PartNumberMarker', marker),
    leaf('NextPartNumberMarker', isTruncated ? page.at(-1)?.partNumber : undefined),
    leaf('MaxParts', pageSize),
    leaf('IsTruncated', isTruncated),
    ...page.map((part) =>
      branch(
        'Part',
        leaf('PartNumber', part.partNumber),
        leaf('Size', part.size),
        leaf(checksumElementName(checksum.algorithm), part.checksum),
      ),
    ),
  );
}
