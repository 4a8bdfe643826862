import * as z from 'zod/mini';

/**
 * What a plane's stores and access points are registered as. In a file of its own: only registration parses them, and
 * schemas are code that every bundle would carry.
 */

const PARTITION_KEY_MAX_BYTES = 2048; // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const OBJECT_KEY_MAX_BYTES = 1024; // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html

function utf8Length(value: string): number {
  return new TextEncoder().encode(value).length;
}

const partitionKey = z.strictObject({
  name: z.string().check(z.minLength(1), z.maxLength(255)),
  value: z.string().check(
    z.minLength(1),
    z.maxLength(PARTITION_KEY_MAX_BYTES),
    z.refine((value) => utf8Length(value) <= PARTITION_KEY_MAX_BYTES, 'is too long in UTF-8'),
  ),
});
const tableName = z
  .string()
  .check(z.regex(/^[a-zA-Z0-9_.-]{3,255}$/, 'must be a DynamoDB table name'));

export const s3PrefixSchema = z.strictObject({
  kind: z.literal('s3-prefix'),
  bucket: z
    .string()
    .check(z.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be an S3 bucket name')),
  // The trailing slash is what keeps `kp-1/` from taking `kp-10/`.
  prefix: z.string().check(
    z.minLength(2),
    z.maxLength(OBJECT_KEY_MAX_BYTES),
    z.regex(/^[^/][\s\S]*\/$/, "must not start with '/' and must end in '/'"),
    z.refine((value) => utf8Length(value) <= OBJECT_KEY_MAX_BYTES, 'is too long in UTF-8'),
  ),
});

export const dynamodbPartitionSchema = z.strictObject({
  kind: z.literal('dynamodb-partition'),
  table: tableName,
  partitionKey,
});

export const queryEndpointSchema = z.strictObject({
  kind: z.literal('query-endpoint'),
  functionName: z
    .string()
    .check(z.regex(/^[a-zA-Z0-9-_]{1,64}$/, 'must be a Lambda function name')),
});

export const tokenPartitionSchema = z.strictObject({
  kind: z.literal('token-partition'),
  table: tableName,
  partitionKey,
});

export const storeSchema = z.discriminatedUnion('kind', [s3PrefixSchema, dynamodbPartitionSchema]);
export const accessPointSchema = z.discriminatedUnion('kind', [
  queryEndpointSchema,
  tokenPartitionSchema,
]);
