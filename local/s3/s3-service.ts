import type { IncomingMessage } from 'node:http';
import { type AwsService, type Caller, LOCAL_ACCOUNT, LOCAL_REGION } from '../aws-service.ts';
import { createBodyStore } from './body-store.ts';
import type { BucketOptions } from './bucket.ts';
import { errorReply } from './error-reply.ts';
import { type FilledVersion, fillBucket } from './fill-bucket.ts';
import type { ObjectStorage } from './object-storage.ts';
import type { Operation } from './operation.ts';
import { allOperations } from './operations/all-operations.ts';
import { provisionBucket } from './provision-bucket.ts';
import { restoreDelayMs } from './restore.ts';
import { routeRequest } from './route.ts';
import { S3Error } from './s3-error.ts';
import { type S3Reply, sendReply } from './s3-reply.ts';
import { parseS3Request, type S3Request } from './s3-request.ts';

export interface S3ServiceOptions {
  readonly now: () => Date;
  /** Where bodies over 1 MiB go, into a folder of their own that `close` deletes. */
  readonly directory: string;
  readonly region?: string;
  /** What parts but the last must have; 5 MiB as on AWS. */
  readonly minimumPartBytes?: number;
  /** How long any restore takes, instead of what AWS needs for the class and tier (DEEP_ARCHIVE: 12 h, or 48 h in bulk). */
  readonly restoreDelayMs?: number;
}

export interface S3Service extends AwsService {
  /** @throws Error named `BucketAlreadyOwnedByYou` or `InvalidBucketName` */
  createBucket(name: string, options: BucketOptions): void;
  /** Puts versions into a bucket without requests. @throws S3Error `NoSuchBucket` */
  fillBucket(name: string, versions: Iterable<FilledVersion>): void;
}

/** S3 as far as this product needs it, path-style, over the wire protocol of the SDKs. */
export function createS3Service(options: S3ServiceOptions): S3Service {
  let sequence = 0;
  const bodies = createBodyStore(options.directory);
  const storage: ObjectStorage = {
    region: options.region ?? LOCAL_REGION,
    now: options.now,
    buckets: new Map(),
    bodies,
    nextSequence: () => {
      sequence += 1;
      return sequence;
    },
    minimumPartBytes: options.minimumPartBytes ?? 5 * 1024 * 1024,
    restoreDelayMs: (storageClass, tier) => {
      const delayMs = restoreDelayMs(storageClass, tier);
      return delayMs === undefined ? undefined : (options.restoreDelayMs ?? delayMs);
    },
  };
  const operations = allOperations(storage);
  let requestCount = 0;
  return {
    signingName: 's3',
    async handle(request, response, caller) {
      requestCount += 1;
      const requestId = requestCount.toString(16).toUpperCase().padStart(16, '0');
      response.setHeader('x-amz-request-id', requestId);
      await sendReply(response, await perform(operations, request, caller, requestId));
    },
    createBucket: (name, bucketOptions) => provisionBucket(storage, name, bucketOptions),
    fillBucket: (name, versions) => fillBucket(storage, name, versions),
    close: () => bodies.close(),
  };
}

/** The answer to a request, refusals included. Any other error is a defect and is thrown. */
async function perform(
  operations: readonly Operation[],
  stream: IncomingMessage,
  caller: Caller,
  requestId: string,
): Promise<S3Reply> {
  try {
    const request = parseS3Request(stream);
    assertOwner(request);
    return await routeRequest(operations, request).run(request, caller);
  } catch (error) {
    const reply = errorReply(error, stream.method ?? 'GET', requestId);
    if (reply === undefined) throw error;
    // What is left of the body must not stand in the way of the next request on this connection.
    stream.resume();
    return reply;
  }
}

function assertOwner(request: S3Request): void {
  const owner = request.header('x-amz-expected-bucket-owner');
  if (owner !== undefined && owner !== LOCAL_ACCOUNT) {
    throw new S3Error('AccessDenied', 'Access Denied');
  }
}
