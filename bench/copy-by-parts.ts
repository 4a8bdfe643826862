import {
  ARCHIVE_LIMITS,
  type ArchiveLimits,
  copyPartBytes,
} from '../lambdas/core/archive-limits.ts';
import type { RequestKind } from './request-kind.ts';

/**
 * What archiving one object above the limit of CopyObject asks of S3. Read off `lambdas/archive/server-side-copy.ts` and what
 * seals the bag, because no run of the bench has objects of that size; a test counts it with lowered limits.
 */
export function copyByPartsRequests(
  objectBytes: number,
  limits: Pick<ArchiveLimits, 'copyPartBytes' | 'uploadParts'> = ARCHIVE_LIMITS,
): Record<RequestKind, number> {
  return {
    // What a copy by parts does not inherit.
    'HeadObject plane': 1,
    'CreateMultipartUpload payload': 1,
    'UploadPartCopy payload': Math.ceil(objectBytes / copyPartBytes(objectBytes, limits)),
    // For its SHA-256.
    'GetObject plane': 1,
    'CompleteMultipartUpload payload': 1,
    'HeadObject payload': 1,
  };
}
