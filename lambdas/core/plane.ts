import type * as z from 'zod/mini';
import type {
  accessPointSchema,
  dynamodbPartitionSchema,
  queryEndpointSchema,
  s3PrefixSchema,
  storeSchema,
  tokenPartitionSchema,
} from './descriptor-schemas.ts';
import type { LifecycleState } from './lifecycle.ts';

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
  /** Who asked for the force first, where it takes two people; `requestedBy` is then the second. */
  readonly forceRequestedBy?: string;
  /** Dependents the requester named: the plane may stop serving them. */
  readonly acknowledgedDependents?: readonly string[];
}

/** The latest pass of a plane through the stages, as the registry remembers it. */
export interface OffboardingRecord {
  readonly offboardingId: string;
  /** 1 for the first execution; each start after a halt or a retention adds one. Part of the execution's name. */
  readonly attempt: number;
  readonly executionArn: string;
  readonly request: OffboardingRequest;
}

/** A plane in the registry. `lifecycleState`, `ledgerSeq` and `holds` are a projection of the ledger, for listing. */
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
  /** How many legal holds are in force; absent when there are none. */
  readonly holds?: number;
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
