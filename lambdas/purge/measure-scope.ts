import { hashOf } from '../core/canonical.ts';
import { OffboardingError } from '../core/errors.ts';
import type { LedgerState } from '../core/ledger-state.ts';
import type { DynamodbPartitionStore, PlaneRecord, StoreDescriptor } from '../core/plane.ts';
import type { PurgeScope, ScopePart } from '../core/scope.ts';
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
    const { archive, offboarding } = ledger;
    if (!archive || !offboarding)
      throw new OffboardingError('WRONG_STATE', `${plane.planeId} has no archive on record`);
    const parts: ScopePart[] = [];
    for (const { kind, ref, store } of await purgeTargets(ports, plane))
      parts.push({ kind, ref, ...(await store.measure()) });
    return {
      planeId: plane.planeId,
      offboardingId: offboarding.offboardingId,
      manifestHash: archive.manifestHash,
      archivedCount: archive.objectCount,
      archivedBytes: archive.archiveSizeBytes,
      parts,
      objectCount: parts.reduce((sum, part) => sum + part.count, 0),
      bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    };
  };
}

/** Everything of a plane that a purge empties, in a fixed order, because the order is part of the scope's hash. */
export async function purgeTargets(
  { storeFor, vaultBucket, usageTable }: ScopePorts,
  plane: PlaneRecord,
): Promise<readonly PurgeTarget[]> {
  // All offboardings of the plane, not only the last: a cancelled one may have left nothing, but only a listing knows.
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
