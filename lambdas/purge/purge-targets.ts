import { hashOf } from '../core/canonical.ts';
import type { DynamodbPartitionStore, PlaneRecord, StoreDescriptor } from '../core/plane.ts';
import type { ScopePart } from '../core/scope.ts';
import type { Store } from '../stores/store.ts';

export interface ScopePorts {
  readonly storeFor: (descriptor: StoreDescriptor) => Store;
  readonly vaultBucket: string;
  readonly usageTable: string;
}

/** One part of the scope together with the store that can list and empty it. */
export interface PurgeTarget {
  readonly kind: ScopePart['kind'];
  /** `hashOf` the descriptor as registered: the same on every run. */
  readonly ref: string;
  readonly store: Store;
  /**
   * Its bucket or table is the plane's, and may have been deleted by its owner. Were one of ours missing, we would be
   * looking in the wrong place.
   */
  readonly mayBeAbsent: boolean;
}

/** Everything of a plane that a purge empties, in a fixed order, because the order is part of the scope's hash. */
export function purgeTargets(
  { storeFor, vaultBucket, usageTable }: ScopePorts,
  plane: PlaneRecord,
): Promise<readonly PurgeTarget[]> {
  // Every offboarding of the plane, not only the last: whether a cancelled one left anything, only a listing knows.
  const bag = {
    kind: 's3-prefix',
    bucket: vaultBucket,
    prefix: `planes/${plane.planeId}/`,
  } as const;
  const usage = partition(usageTable, { name: 'planeId', value: plane.planeId });
  const tokens = plane.access.filter((access) => access.kind === 'token-partition');
  return Promise.all([
    target('bag', bag, storeFor(bag), false),
    ...plane.stores.map((store) => target(store.kind, store, storeFor(store), true)),
    ...tokens.map((token) =>
      target(token.kind, token, storeFor(partition(token.table, token.partitionKey)), true),
    ),
    target('usage', usage, storeFor(usage), false),
  ]);
}

/** What S3 and DynamoDB answer about a bucket or a table that does not exist. */
const PLACE_ABSENT: ReadonlySet<string> = new Set(['NoSuchBucket', 'ResourceNotFoundException']);

/** True when the bucket or table does not exist, where that may be: then nothing can be in it. */
export function isPlaceAbsent({ mayBeAbsent }: PurgeTarget, error: unknown): boolean {
  return mayBeAbsent && error instanceof Error && PLACE_ABSENT.has(error.name);
}

async function target(
  kind: ScopePart['kind'],
  descriptor: object,
  store: Store,
  mayBeAbsent: boolean,
): Promise<PurgeTarget> {
  return { kind, ref: await hashOf(descriptor), store, mayBeAbsent };
}

function partition(
  table: string,
  partitionKey: DynamodbPartitionStore['partitionKey'],
): DynamodbPartitionStore {
  return { kind: 'dynamodb-partition', table, partitionKey };
}
