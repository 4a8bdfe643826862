import { type ObjectStorage, requireBucket } from '../object-storage.ts';
import type { Operation } from '../operation.ts';
import { bucketArn } from '../permissions.ts';
import { S3Error } from '../s3-error.ts';
import { xmlReply } from '../s3-reply.ts';
import { branch, leaf, xmlDocument } from '../write-xml.ts';

/** Whether a bucket has Object Lock, and what it gives to every new version. */
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
      const { objectLock, defaultRetention } = requireBucket(storage, request.bucket);
      if (!objectLock) {
        throw new S3Error(
          'ObjectLockConfigurationNotFoundError',
          'Object Lock configuration does not exist for this bucket',
        );
      }
      const rule =
        defaultRetention === undefined
          ? ''
          : branch(
              'Rule',
              branch(
                'DefaultRetention',
                leaf('Mode', defaultRetention.mode),
                leaf('Days', defaultRetention.days),
              ),
            );
      return xmlReply(
        xmlDocument('ObjectLockConfiguration', leaf('ObjectLockEnabled', 'Enabled'), rule),
      );
    },
  };
}
