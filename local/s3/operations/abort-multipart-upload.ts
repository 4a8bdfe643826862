import { endUpload, findUpload } from '../find-upload.ts';
import type { ObjectStorage } from '../object-storage.ts';
import type { Operation } from '../operation.ts';
import { objectArn } from '../permissions.ts';
import { emptyReply } from '../s3-reply.ts';

export function abortMultipartUpload(storage: ObjectStorage): Operation {
  return {
    name: 'AbortMultipartUpload',
    method: 'DELETE',
    on: 'object',
    selectors: ['uploadId'],
    parameters: [],
    headers: [],
    async run(request, caller) {
      caller.authorise('s3:AbortMultipartUpload', objectArn(request.bucket, request.key));
      const { bucket, upload } = findUpload(storage, request);
      await endUpload(bucket, upload, upload.parts.values());
      return emptyReply({}, 204);
    },
  };
}
