import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { StoreClients } from './open-store.ts';

/**
 * S3 answers SlowDown for minutes while it splits a prefix that thousands of requests a second have hit; the SDK's three
 * attempts would give up within a second. Eight wait up to about half a minute in all. Removals of items do not rely on it:
 * `pace.ts` slows a whole partition down.
 * https://repost.aws/knowledge-center/http-5xx-errors-s3
 */
export const PATIENT = { maxAttempts: 8 };

/** For whoever lists, reads, marks or removes all records of a plane. */
export function storeClients(): StoreClients {
  return { s3: unlogged(new S3Client(PATIENT)), dynamodb: new DynamoDBClient(PATIENT) };
}

/** The SDK copies every answer for a logger, whether there is one or not: a twentieth of what a listing of many records takes. */
export function unlogged(client: S3Client): S3Client {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}
