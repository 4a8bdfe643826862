import { listVersions, type VersionListItem } from '../list-versions.ts';
import { commonPrefixMarkup, contentMarkup, OWNER_MARKUP } from '../listed-object.ts';
import { pageSizeOf, prefixContext, questionMarkup, textEncoderOf } from '../listing-request.ts';
import { type ObjectStorage, requireBucket } from '../object-storage.ts';
import { idOf, type ObjectVersion } from '../object-version.ts';
import type { Operation } from '../operation.ts';
import { bucketArn } from '../permissions.ts';
import { availabilityOf } from '../restore.ts';
import { invalidArgument } from '../s3-error.ts';
import { xmlReply } from '../s3-reply.ts';
import { branch, leaf, xmlDocument } from '../write-xml.ts';

const OPTIONAL_ATTRIBUTES = 'x-amz-optional-object-attributes';

export function listObjectVersions(storage: ObjectStorage): Operation {
  return {
    name: 'ListObjectVersions',
    method: 'GET',
    on: 'bucket',
    selectors: ['versions'],
    parameters: [
      'delimiter',
      'encoding-type',
      'key-marker',
      'max-keys',
      'prefix',
      'version-id-marker',
    ],
    headers: [OPTIONAL_ATTRIBUTES],
    async run(request, caller) {
      caller.authorise('s3:ListBucketVersions', bucketArn(request.bucket), prefixContext(request));
      const bucket = requireBucket(storage, request.bucket);
      const encode = textEncoderOf(request);
      const pageSize = pageSizeOf('max-keys', request.query.get('max-keys'));
      const keyMarker = request.query.get('key-marker') ?? '';
      // An empty marker is how some SDKs send none.
      const versionIdMarker = request.query.get('version-id-marker') || undefined;
      if (versionIdMarker !== undefined && keyMarker === '') {
        throw invalidArgument(
          'version-id-marker',
          versionIdMarker,
          'A version-id marker cannot be specified without a key marker.',
        );
      }
      const now = storage.now();
      const withRestores = request.header(OPTIONAL_ATTRIBUTES)?.includes('RestoreStatus') === true;
      const extra = (version: ObjectVersion) =>
        withRestores ? restoreStatusMarkup(version, now) : '';
      const { items, next } = listVersions(bucket, {
        prefix: request.query.get('prefix') ?? '',
        delimiter: request.query.get('delimiter') ?? '',
        keyMarker,
        versionIdMarker,
        pageSize,
      });
      return xmlReply(
        xmlDocument(
          'ListVersionsResult',
          leaf('Name', bucket.name),
          questionMarkup(request, 'MaxKeys', pageSize),
          leaf('KeyMarker', encode(keyMarker)),
          leaf('VersionIdMarker', versionIdMarker ?? ''),
          leaf('NextKeyMarker', next === undefined ? undefined : encode(next.keyMarker)),
          leaf('NextVersionIdMarker', next?.versionIdMarker),
          leaf('IsTruncated', next !== undefined),
          ...items.map((item) => itemMarkup(item, encode, extra)),
        ),
      );
    },
  };
}

function itemMarkup(
  item: VersionListItem,
  encode: (text: string) => string,
  extra: (version: ObjectVersion) => string,
): string {
  if (item.commonPrefix !== undefined) return commonPrefixMarkup(item.commonPrefix, encode);
  const { version } = item;
  const place =
    leaf('Key', encode(item.key)) +
    leaf('VersionId', idOf(version)) +
    leaf('IsLatest', item.isLatest) +
    leaf('LastModified', new Date(version.lastModified).toISOString());
  return version.content === undefined
    ? branch('DeleteMarker', place, OWNER_MARKUP)
    : branch('Version', place, contentMarkup(version.content), OWNER_MARKUP, extra(version));
}

/** Only a version with a restore, under way or done, has a status. */
function restoreStatusMarkup(version: ObjectVersion, now: Date): string {
  const availability = availabilityOf(version, now);
  if (availability === 'restoring')
    return branch('RestoreStatus', leaf('IsRestoreInProgress', true));
  if (availability !== 'restored' || version.restore === undefined) return '';
  return branch(
    'RestoreStatus',
    leaf('IsRestoreInProgress', false),
    leaf('RestoreExpiryDate', new Date(version.restore.expiresAt).toISOString()),
  );
}
