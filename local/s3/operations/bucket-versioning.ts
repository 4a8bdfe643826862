import { PAYLOAD_HEADERS } from '../checksum-headers.ts';
import { type ObjectStorage, requireBucket } from '../object-storage.ts';
import type { Operation } from '../operation.ts';
import { bucketArn } from '../permissions.ts';
import { requireDocument } from '../read-document.ts';
import { malformedXml, requireText } from '../read-xml.ts';
import { notImplemented, S3Error } from '../s3-error.ts';
import { emptyReply, xmlReply } from '../s3-reply.ts';
import { leaf, xmlDocument } from '../write-xml.ts';

export function getBucketVersioning(storage: ObjectStorage): Operation {
  return {
    name: 'GetBucketVersioning',
    method: 'GET',
    on: 'bucket',
    selectors: ['versioning'],
    parameters: [],
    headers: [],
    async run(request, caller) {
      caller.authorise('s3:GetBucketVersioning', bucketArn(request.bucket));
      const { versioning } = requireBucket(storage, request.bucket);
      const status = versioning === 'Off' ? undefined : versioning;
      return xmlReply(xmlDocument('VersioningConfiguration', leaf('Status', status)));
    },
  };
}

export function putBucketVersioning(storage: ObjectStorage): Operation {
  return {
    name: 'PutBucketVersioning',
    method: 'PUT',
    on: 'bucket',
    selectors: ['versioning'],
    parameters: [],
    headers: PAYLOAD_HEADERS,
    async run(request, caller) {
      caller.authorise('s3:PutBucketVersioning', bucketArn(request.bucket));
      const bucket = requireBucket(storage, request.bucket);
      const configuration = await requireDocument(request, 'VersioningConfiguration');
      const status = requireText(configuration, 'Status');
      if (status !== 'Enabled' && status !== 'Suspended') throw malformedXml();
      if (configuration.child('MfaDelete')?.text === 'Enabled') throw notImplemented('MFA delete');
      if (status === 'Suspended' && bucket.objectLock) {
        throw new S3Error(
          'InvalidBucketState',
          'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
        );
      }
      bucket.versioning = status;
      return emptyReply();
    },
  };
}
