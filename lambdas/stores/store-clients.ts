import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { StoreClients } from './open-store.ts';

/**
 * S3 answers SlowDown for minutes while it splits a prefix that thousands of requests a second have hit; the SDK's three
 * attempts would give up within a second. Eight wait up to about half a minute in all. Removals of items do not rely on it:
 * `pace.ts` slows a whole partition down.
 * https://repost.aws/knowledge-center/http-5xx-errors-s3
 */
const PATIENT = { maxAttempts: 8 };

/** For whoever lists, reads, marks or removes all records of a plane. */
export function storeClients(): StoreClients {
  return { s3: new S3Client(PATIENT), dynamodb: new DynamoDBClient(PATIENT) };
}

/**
 * For a packer's reads of documents, and for nothing else. The SDK puts its stack of middleware together for every request,
 * which takes a seventh of the processor's time of a small GET; this client does it once (`cacheMiddleware`). Requests that
 * are under way together then share a context, with the endpoint of their bucket in it: they must all go to one bucket, as
 * those of a shard do.
 */
export function documentClient(config: S3ClientConfig = {}): S3Client {
  return new S3Client({ ...PATIENT, ...config, cacheMiddleware: true });
}
