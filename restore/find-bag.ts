import { foldLedger } from '../lambdas/core/fold-ledger.ts';
import { assertChain } from '../lambdas/core/ledger-entry.ts';
import type { ArchiveData } from '../lambdas/core/ledger-state.ts';
import type { LedgerReader } from '../lambdas/ports.ts';
import { connectionError } from './connection-error.ts';
import { RestoreError } from './restore-error.ts';

export interface BagPlace {
  readonly bucket: string;
  /** Ends in `/`. */
  readonly prefix: string;
  /** What the ledger says of the archive; its hashes are what the bag is held against. */
  readonly archive: ArchiveData;
  /** The gate has allowed the purge: parts of the bag may be gone already. */
  readonly purgeBegun: boolean;
}

/**
 * Where a plane's archive lies, told by its ledger and by nothing else.
 * @throws OffboardingError `LEDGER_CORRUPT` when the chain does not hold
 * @throws RestoreError when the plane has no archive, or has none any more, or the ledger cannot be asked
 */
export async function findBag(
  ledger: LedgerReader,
  { planeId, ledgerTable }: { readonly planeId: string; readonly ledgerTable: string },
): Promise<BagPlace> {
  const entries = await ledger.read(planeId).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'ResourceNotFoundException')
      throw new RestoreError(`there is no table ${ledgerTable} in this account and region`);
    throw connectionError('DynamoDB', error);
  });
  if (entries.length === 0)
    throw new RestoreError(
      `the ledger ${ledgerTable} knows no plane ${planeId}: the id is wrong, or it was never offboarded`,
    );
  await assertChain(entries);
  const { archive, lifecycleState, purgeCommitted } = foldLedger(entries);
  if (lifecycleState === 'PURGED')
    throw new RestoreError(`${planeId} is PURGED: its archive was destroyed`);
  if (lifecycleState !== 'ARCHIVED' || !archive)
    throw new RestoreError(`${planeId} is ${lifecycleState}: it has no archive`);
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.+\/)$/.exec(archive.archivePath) ?? [];
  if (bucket === undefined || prefix === undefined)
    throw new RestoreError(`the ledger names no place in S3: ${archive.archivePath}`);
  return { bucket, prefix, archive, purgeBegun: purgeCommitted };
}
