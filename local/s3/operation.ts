import type { Caller } from '../aws-service.ts';
import type { S3Reply } from './s3-reply.ts';
import type { S3Request } from './s3-request.ts';

/** One operation of the S3 API: what a request for it looks like, and what it does. */
export interface Operation {
  readonly name: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly on: 'service' | 'bucket' | 'object';
  /** Query parameters that must be there. The operation with the most of them is meant. */
  readonly selectors: readonly string[];
  /** A header that must be there as well: it alone tells a copy from an upload. */
  readonly selectingHeader?: string;
  /** Query parameters that may be there. Any other one asks for something that is not implemented. */
  readonly parameters: readonly string[];
  /** `x-amz-…` headers that are understood, beside those of every request. */
  readonly headers: readonly string[];
  run(request: S3Request, caller: Caller): Promise<S3Reply>;
}
