import { PAYLOAD_HEADERS } from '../checksum-headers.ts';
import { type ObjectStorage, requireBucket } from '../object-storage.ts';
import type { Operation } from '../operation.ts';
import { bucketArn } from '../permissions.ts';
import { provisionBucket } from '../provision-bucket.ts';
import { readDocument } from '../read-document.ts';
import { S3Error } from '../s3-error.ts';
import { emptyReply } from '../s3-reply.ts';
import { releaseBody } from '../stored-body.ts';

export function createBucket(storage: ObjectStorage): Operation {
  return {
    name: 'CreateBucket',
    method: 'PUT',
    on: 'bucket',
    selectors: [],
    parameters: [],
    headers: ['x-amz-bucket-object-lock-enabled', ...PAYLOAD_HEADERS],
    async run(request, caller) {
      caller.authorise('s3:CreateBucket', bucketArn(request.bucket));
      const configuration = await readDocument(request, 'CreateBucketConfiguration');
      const region = configuration?.child('LocationConstraint')?.text || 'us-east-1';
      if (region !== storage.region) {
        throw new S3Error(
          'IllegalLocationConstraintException',
          `The ${region} location constraint is incompatible for the region specific endpoint this request was sent to.`,
        );
      }
      provisionBucket(storage, request.bucket, {
        versioned: false,
        objectLock: request.header('x-amz-bucket-object-lock-enabled')?.toLowerCase() === 'true',
      });
      return emptyReply({ location: `/${request.bucket}` });
    },
  };
}

export function deleteBucket(storage: ObjectStorage): Operation {
  return {
    name: 'DeleteBucket',
    method: 'DELETE',
    on: 'bucket',
    selectors: [],
    parameters: [],
    headers: [],
    async run(request, caller) {
      caller.authorise('s3:DeleteBucket', bucketArn(request.bucket));
      const bucket = requireBucket(storage, request.bucket);
      if (bucket.keys.size > 0) {
        throw new S3Error('BucketNotEmpty', 'The bucket you tried to delete is not empty', {
          details: { BucketName: bucket.name },
        });
      }
      storage.buckets.delete(bucket.name);
      for (const upload of bucket.uploads.values()) {
        for (const part of upload.parts.values()) await releaseBody(part.body);
      }
      return emptyReply({}, 204);
    },
  };
}

export function headBucket(storage: ObjectStorage): Operation {
  return {
    name: 'HeadBucket',
    method: 'HEAD',
    on: 'bucket',
    selectors: [],
    parameters: [],
    headers: [],
    async run(request, caller) {
      caller.authorise('s3:ListBucket', bucketArn(request.bucket));
      requireBucket(storage, request.bucket);
      return { status: 200, headers: { 'x-amz-bucket-region': storage.region } };
    },
  };
}
