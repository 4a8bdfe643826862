import { AccessDenied } from '../aws-service.ts';
import { S3Error } from './s3-error.ts';
import type { S3Reply } from './s3-reply.ts';
import { branch, leaf } from './write-xml.ts';

/** The answer to an error raised on purpose; undefined for any other, which is a defect. */
export function errorReply(error: unknown, method: string, requestId: string): S3Reply | undefined {
  const refusal =
    error instanceof AccessDenied ? new S3Error('AccessDenied', error.message) : error;
  if (!(refusal instanceof S3Error)) return undefined;
  const headers = { ...refusal.headers, 'content-type': 'application/xml' };
  // HEAD has no body: the SDK makes what it can of the status.
  if (method === 'HEAD') return { status: refusal.status, headers };
  const details = Object.entries(refusal.details).map(([name, value]) => leaf(name, value));
  return {
    status: refusal.status,
    headers,
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${branch(
      'Error',
      leaf('Code', refusal.code),
      leaf('Message', refusal.message),
      ...details,
      leaf('RequestId', requestId),
    )}`,
  };
}
