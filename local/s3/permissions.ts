import { AccessDenied, type Caller } from '../aws-service.ts';
import type { S3Request } from './s3-request.ts';

export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

export function objectArn(bucket: string, key: string): string {
  return `arn:aws:s3:::${bucket}/${key}`;
}

/** Asks for the action on an object, by the name it has when a version is named, such as `s3:GetObjectVersion`. */
export function authoriseRead(
  caller: Caller,
  action: 'GetObject' | 'GetObjectAttributes',
  place: { bucket: string; key: string; versionId: string | undefined },
): void {
  const versioned = action === 'GetObject' ? 'GetObjectVersion' : 'GetObjectVersionAttributes';
  caller.authorise(
    `s3:${place.versionId === undefined ? action : versioned}`,
    objectArn(place.bucket, place.key),
  );
}

/** `s3:DeleteObject`, or for a version named `s3:DeleteObjectVersion`: the one that loses data. */
export function authoriseDelete(
  caller: Caller,
  place: { bucket: string; key: string; versionId: string | undefined },
): void {
  caller.authorise(
    place.versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion',
    objectArn(place.bucket, place.key),
  );
}

/** Some answers depend on a right that the request itself does not need. */
export function isAllowed(caller: Caller, action: string, resource: string): boolean {
  try {
    caller.authorise(action, resource);
    return true;
  } catch (error) {
    if (error instanceof AccessDenied) return false;
    throw error;
  }
}

/** Whether the request asks to bypass GOVERNANCE retention; who asks must be allowed to. */
export function authoriseBypass(caller: Caller, request: S3Request, key: string): boolean {
  if (request.header('x-amz-bypass-governance-retention')?.toLowerCase() !== 'true') return false;
  return isAllowed(caller, 's3:BypassGovernanceRetention', objectArn(request.bucket, key));
}
