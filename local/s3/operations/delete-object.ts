import { authoriseIfMatch } from '../conditions.ts';
import { deleteVersion } from '../delete-version.ts';
import { type ObjectStorage, requireBucket } from '../object-storage.ts';
import type { Operation } from '../operation.ts';
import { authoriseBypass, authoriseDelete } from '../permissions.ts';
import { emptyReply } from '../s3-reply.ts';

export function deleteObject(storage: ObjectStorage): Operation {
  return {
    name: 'DeleteObject',
    method: 'DELETE',
    on: 'object',
    selectors: [],
    parameters: ['versionId'],
    headers: ['x-amz-bypass-governance-retention'],
    async run(request, caller) {
      const { key } = request;
      const versionId = request.query.get('versionId');
      const ifMatch = request.header('if-match');
      authoriseDelete(caller, { bucket: request.bucket, key, versionId });
      authoriseIfMatch(caller, request.bucket, key, ifMatch);
      const bucket = requireBucket(storage, request.bucket);
      const mayBypass = authoriseBypass(caller, request, key);
      const outcome = await deleteVersion(storage, bucket, { key, versionId, ifMatch, mayBypass });
      return emptyReply(
        {
          ...(outcome.versionId === undefined ? {} : { 'x-amz-version-id': outcome.versionId }),
          ...(outcome.isDeleteMarker ? { 'x-amz-delete-marker': 'true' } : {}),
        },
        204,
      );
    },
  };
}
