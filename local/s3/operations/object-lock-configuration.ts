import { type ObjectStorage, requireBucket } from '../object-storage.ts';
import type { Operation } from '../operation.ts';
import { bucketArn } from '../permissions.ts';
import { S3Error } from '../s3-error.ts';
import { xmlReply } from '../s3-reply.ts';
import { leaf, xmlDocument } from '../write-xml.ts';

/** Whether a bucket has Object Lock. A default retention is not provided. */
export function getObjectLockConfiguration(storage: ObjectStorage): Operation {
  return {
    name: 'GetObjectLockConfiguration',
    method: 'GET',
    on: 'bucket',
    selectors: ['object-lock'],
    parameters: [],
    headers: [],
    async run(request, caller) {
      caller.authorise('s3:GetBucketObjectLockConfiguration', bucketArn(request.bucket));
      if (!requireBucket(storage, request.bucket).objectLock) {
        throw new S3Error(
          'ObjectLockConfigurationNotFoundError',
          'Object Lock configuration does not exist for this bucket',
        );
      }
      return xmlReply(xmlDocument('ObjectLockConfiguration', leaf('ObjectLockEnabled', 'Enabled')));
    },
  };
}
