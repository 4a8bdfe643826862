import { type ObjectStorage, requireBucket } from '../object-storage.ts';
import type { Operation } from '../operation.ts';
import { bucketArn } from '../permissions.ts';
import { S3Error } from '../s3-error.ts';

/** No bucket here is ever replicated: there is nowhere to replicate it to. */
export function getBucketReplication(storage: ObjectStorage): Operation {
  return {
    name: 'GetBucketReplication',
    method: 'GET',
    on: 'bucket',
    selectors: ['replication'],
    parameters: [],
    headers: [],
    async run(request, caller) {
      caller.authorise('s3:GetReplicationConfiguration', bucketArn(request.bucket));
      requireBucket(storage, request.bucket);
      throw new S3Error(
        'ReplicationConfigurationNotFoundError',
        'The replication configuration was not found',
      );
    },
  };
}
