import * as z from 'zod/mini';
import type { LifecycleState } from './lifecycle.ts';

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

export const PLANE_TYPES = ['vector', 'sql', 'http', 'docs'] as const;

export type S3PrefixStore = z.infer<typeof s3PrefixSchema>;
export type DynamodbPartitionStore = z.infer<typeof dynamodbPartitionSchema>;
export type StoreDescriptor = z.infer<typeof storeSchema>;
export type QueryEndpoint = z.infer<typeof queryEndpointSchema>;
export type TokenPartition = z.infer<typeof tokenPartitionSchema>;
export type AccessPointDescriptor = z.infer<typeof accessPointSchema>;
export type PlaneType = (typeof PLANE_TYPES)[number];

/** What the caller asked for, completed with defaults and with who asked. Times are ISO 8601 UTC. */
export interface OffboardingRequest {
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly gracePeriodDays: number;
  readonly retentionDays: number;
  /** The data must go: no retention. The purge still needs its approval. */
  readonly erasure: boolean;
  /** The grace period is skipped. Usage, dependents and holds still count. */
  readonly force: boolean;
  readonly forceReason: string | null;
}

/** The latest pass of a plane through the stages, as the registry remembers it. */
export interface OffboardingRecord {
  readonly offboardingId: string;
  /** 1 for the first execution; each start after a halt or a retention adds one. Part of the execution's name. */
  readonly attempt: number;
  readonly executionArn: string;
  readonly request: OffboardingRequest;
}

/** A plane in the registry. `lifecycleState` and `ledgerSeq` are a projection of the ledger, for listing. */
export interface PlaneRecord {
  readonly planeId: string;
  readonly tenantId: string;
  readonly name: string;
  readonly type: PlaneType;
  readonly stores: readonly StoreDescriptor[];
  readonly access: readonly AccessPointDescriptor[];
  readonly createdAt: string;
  readonly createdBy: string;
  readonly lifecycleState: LifecycleState;
  readonly ledgerSeq: number;
  readonly offboarding?: OffboardingRecord;
}

/** What stays of a purged plane in the registry, so that its id is never given out or asked for in vain. */
export interface PlaneTombstone {
  readonly planeId: string;
  readonly lifecycleState: 'PURGED';
  readonly ledgerSeq: number;
}

export function isTombstone(record: PlaneRecord | PlaneTombstone): record is PlaneTombstone {
  return record.lifecycleState === 'PURGED';
}
