import type { ObjectStorage } from '../object-storage.ts';
import type { Operation } from '../operation.ts';
import { abortMultipartUpload } from './abort-multipart-upload.ts';
import { createBucket, deleteBucket, headBucket } from './bucket-lifecycle.ts';
import { getBucketReplication } from './bucket-replication.ts';
import { getBucketVersioning, putBucketVersioning } from './bucket-versioning.ts';
import { completeMultipartUpload } from './complete-multipart-upload.ts';
import { copyObject } from './copy-object.ts';
import { createMultipartUpload } from './create-multipart-upload.ts';
import { deleteObject } from './delete-object.ts';
import { deleteObjects } from './delete-objects.ts';
import { getObjectAttributes } from './get-object-attributes.ts';
import { listBuckets } from './list-buckets.ts';
import { listMultipartUploads } from './list-multipart-uploads.ts';
import { listObjectVersions } from './list-object-versions.ts';
import { listObjectsV2 } from './list-objects-v2.ts';
import { listParts } from './list-parts.ts';
import { getObjectLegalHold, putObjectLegalHold } from './object-legal-hold.ts';
import { getObjectLockConfiguration } from './object-lock-configuration.ts';
import { getObjectRetention, putObjectRetention } from './object-retention.ts';
import { putObject } from './put-object.ts';
import { getObject, headObject } from './read-object.ts';
import { restoreObject } from './restore-object.ts';
import { uploadPart } from './upload-part.ts';
import { uploadPartCopy } from './upload-part-copy.ts';

/** What the embedded S3 can do; everything else is NotImplemented. */
export function allOperations(storage: ObjectStorage): readonly Operation[] {
  return [
    listBuckets,
    createBucket,
    deleteBucket,
    headBucket,
    getBucketVersioning,
    putBucketVersioning,
    listObjectsV2,
    listObjectVersions,
    putObject,
    getObject,
    headObject,
    getObjectAttributes,
    copyObject,
    deleteObject,
    deleteObjects,
    createMultipartUpload,
    uploadPart,
    uploadPartCopy,
    completeMultipartUpload,
    abortMultipartUpload,
    listParts,
    listMultipartUploads,
    restoreObject,
    putObjectLegalHold,
    getObjectLegalHold,
    putObjectRetention,
    getObjectRetention,
    getObjectLockConfiguration,
    getBucketReplication,
  ].map((operation) => operation(storage));
}
