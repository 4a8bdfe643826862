import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { StoreClients } from './open-store.ts';

/**
 * S3 answers SlowDown for minutes while it splits a prefix that thousands of requests a second have hit, and DynamoDB
 * throttles a partition beyond 1,000 writes a second; the SDK's three attempts would give up within a second. Eight wait
 * up to about half a minute in all.
 * https://repost.aws/knowledge-center/http-5xx-errors-s3
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
const PATIENT = { maxAttempts: 8 };

/** For whoever lists, reads, marks or removes all records of a plane. */
export function storeClients(): StoreClients {
  return { s3: new S3Client(PATIENT), dynamodb: new DynamoDBClient(PATIENT) };
}
