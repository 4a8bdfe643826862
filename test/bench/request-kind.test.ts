import { expect, test } from 'vitest';
import { chargeOf, isArchiveWrite, requestKind } from '../../bench/request-kind.ts';

const PAYLOAD = '/vault/planes/kp/off/bag/data/shard-00001/objects.tar';

test.each([
  ['GET', '/documents/kp/a?x-id=GetObject&versionId=1', 'GetObject plane', 'get', false],
  ['HEAD', PAYLOAD, 'HeadObject payload', 'get', false],
  ['GET', '/documents?versions=&prefix=kp%2F', 'ListObjectVersions plane', 'put', false],
  ['GET', '/vault?list-type=2&prefix=planes', 'ListObjectsV2 vault', 'put', false],
  ['GET', '/vault?uploads=', 'ListMultipartUploads vault', 'put', false],
  ['GET', '/documents?object-lock=', 'GetObjectLockConfiguration plane', 'get', false],
  ['GET', '/documents?replication=', 'GetBucketReplication plane', 'get', false],
  ['POST', '/documents?delete=', 'DeleteObjects plane', 'free', false],
  ['PUT', '/vault/planes/kp/off/work/plan.json?x-id=PutObject', 'PutObject vault', 'put', false],
  ['PUT', `${PAYLOAD}?x-id=PutObject`, 'PutObject payload', 'archive-put', true],
  ['PUT', `${PAYLOAD}?x-id=CopyObject`, 'CopyObject payload', 'archive-put', true],
  ['POST', `${PAYLOAD}?uploads=`, 'CreateMultipartUpload payload', 'put', true],
  ['PUT', `${PAYLOAD}?partNumber=1&uploadId=u&x-id=UploadPart`, 'UploadPart payload', 'put', true],
  ['POST', `${PAYLOAD}?uploadId=u`, 'CompleteMultipartUpload payload', 'archive-put', true],
  [
    'DELETE',
    `${PAYLOAD}?uploadId=u&x-id=AbortMultipartUpload`,
    'AbortMultipartUpload payload',
    'free',
    false,
  ],
] as const)('%s %s is %s, charged as %s', (method, url, kind, charge, writes) => {
  expect(requestKind({ signingName: 's3', method, url }, 'vault')).toBe(kind);
  expect(chargeOf(kind)).toBe(charge);
  expect(isArchiveWrite(kind)).toBe(writes);
});

test('a bucket whose name begins like the vault is not the vault', () => {
  const call = { signingName: 's3', method: 'GET', url: '/vault-2/bag/data/a?x-id=GetObject' };
  expect(requestKind(call, 'vault')).toBe('GetObject plane');
});

test('calls of other services are no requests to S3', () => {
  expect(
    requestKind({ signingName: 'dynamodb', method: 'POST', url: '/' }, 'vault'),
  ).toBeUndefined();
});
