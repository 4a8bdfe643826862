import { commonPrefixMarkup, contentMarkup, OWNER_MARKUP } from '../listed-object.ts';
import { pageSizeOf, prefixContext, questionMarkup, textEncoderOf } from '../listing-request.ts';
import { type ObjectStorage, requireBucket } from '../object-storage.ts';
import type { ObjectVersion } from '../object-version.ts';
import type { Operation } from '../operation.ts';
import { bucketArn } from '../permissions.ts';
import { invalidArgument } from '../s3-error.ts';
import { xmlReply } from '../s3-reply.ts';
import { takePage } from '../take-page.ts';
import { type Walked, walkKeys } from '../walk-keys.ts';
import { branch, leaf, xmlDocument } from '../write-xml.ts';

export function listObjectsV2(storage: ObjectStorage): Operation {
  return {
    name: 'ListObjectsV2',
    method: 'GET',
    on: 'bucket',
    selectors: ['list-type'],
    parameters: [
      'continuation-token',
      'delimiter',
      'encoding-type',
      'fetch-owner',
      'max-keys',
      'prefix',
      'start-after',
    ],
    headers: [],
    async run(request, caller) {
      caller.authorise('s3:ListBucket', bucketArn(request.bucket), prefixContext(request));
      const bucket = requireBucket(storage, request.bucket);
      const listType = request.query.get('list-type') ?? '';
      if (listType !== '2') throw invalidArgument('list-type', listType, 'Invalid List Type');
      const encode = textEncoderOf(request);
      const pageSize = pageSizeOf('max-keys', request.query.get('max-keys'));
      const token = request.query.get('continuation-token');
      const startAfter = request.query.get('start-after');
      const range = {
        prefix: request.query.get('prefix') ?? '',
        delimiter: request.query.get('delimiter') ?? '',
        marker: token === undefined ? (startAfter ?? '') : readToken(token),
        includeMarker: false,
      };
      const { page, isTruncated } = takePage(walkKeys(bucket.keys, range, isObject), pageSize);
      const last = page.at(-1);
      const next = isTruncated ? (last?.commonPrefix ?? last?.key) : undefined;
      const owner = request.query.get('fetch-owner') === 'true' ? OWNER_MARKUP : '';
      return xmlReply(
        xmlDocument(
          'ListBucketResult',
          leaf('Name', bucket.name),
          questionMarkup(request, 'MaxKeys', pageSize),
          leaf('KeyCount', page.length),
          leaf('StartAfter', startAfter === undefined ? undefined : encode(startAfter)),
          leaf('ContinuationToken', token),
          leaf('NextContinuationToken', next === undefined ? undefined : writeToken(next)),
          leaf('IsTruncated', isTruncated),
          ...page.map((item) => itemMarkup(item, encode, owner)),
        ),
      );
    },
  };
}

function isObject(versions: readonly ObjectVersion[]): boolean {
  return versions.at(-1)?.content !== undefined;
}

function itemMarkup(
  item: Walked<readonly ObjectVersion[]>,
  encode: (text: string) => string,
  owner: string,
): string {
  if (item.commonPrefix !== undefined) return commonPrefixMarkup(item.commonPrefix, encode);
  const current = item.value.at(-1);
  if (current?.content === undefined) return '';
  return branch(
    'Contents',
    leaf('Key', encode(item.key)),
    leaf('LastModified', new Date(current.lastModified).toISOString()),
    contentMarkup(current.content),
    owner,
  );
}

/** Opaque to clients: where the page ended. */
function writeToken(marker: string): string {
  return Buffer.from(`after:${marker}`).toString('base64url');
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (text.startsWith('after:')) return text.slice('after:'.length);
  throw invalidArgument(
    'continuation-token',
    token,
    'The continuation token provided is incorrect',
  );
}
