import { hashOf } from '../core/canonical.ts';
import { OffboardingError } from '../core/errors.ts';
import type { LedgerState } from '../core/ledger-state.ts';
import type { DynamodbPartitionStore, PlaneRecord, StoreDescriptor } from '../core/plane.ts';
import { type PurgeScope, type ScopePart, totals } from '../core/scope.ts';
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
}

/**
 * Counts what a purge of this plane would destroy now, every version and delete marker of it.
 * @throws OffboardingError `WRONG_STATE` when the ledger knows of no archive; whatever a listing throws
 */
export function measureScope(ports: ScopePorts) {
  return async (plane: PlaneRecord, ledger: LedgerState): Promise<PurgeScope> => {
    const parts: ScopePart[] = [];
    for (const target of await purgeTargets(ports, plane)) parts.push(await measurePart(target));
    return scopeOf(plane, ledger, parts);
  };
}

export async function measurePart({ kind, ref, store }: PurgeTarget): Promise<ScopePart> {
  const { count, bytes } = await store.measure();
  return { kind, ref, count, bytes };
}

/** @throws OffboardingError `WRONG_STATE` when the ledger knows of no archive */
export function scopeOf(
  { planeId }: PlaneRecord,
  { archive, offboarding }: LedgerState,
  parts: readonly ScopePart[],
): PurgeScope {
  if (!archive || !offboarding)
    throw new OffboardingError('WRONG_STATE', `${planeId} has no archive on record`);
  return {
    planeId,
    offboardingId: offboarding.offboardingId,
    manifestHash: archive.manifestHash,
    archivedCount: archive.objectCount,
    archivedBytes: archive.archiveSizeBytes,
    parts,
    ...totals(parts),
  };
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
    target('bag', bag, storeFor(bag)),
    ...plane.stores.map((store) => target(store.kind, store, storeFor(store))),
    ...tokens.map((token) =>
      target(token.kind, token, storeFor(partition(token.table, token.partitionKey))),
    ),
    target('usage', usage, storeFor(usage)),
  ]);
}

async function target(kind: ScopePart['kind'], descriptor: object, store: Store) {
  return { kind, ref: await hashOf(descriptor), store };
}

function partition(
  table: string,
  partitionKey: DynamodbPartitionStore['partitionKey'],
): DynamodbPartitionStore {
  return { kind: 'dynamodb-partition', table, partitionKey };
}
