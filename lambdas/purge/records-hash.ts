import { hash } from 'node:crypto';
import type { RecordChains } from '../core/tally.ts';
import type { RecordIdentity } from '../stores/store.ts';

export const NO_RECORDS: RecordChains = { versions: '', deleteMarkers: '' };

/**
 * Goes on with the chains by the records of a page, each link SHA-256(link before, identity). One link a record, not a
 * page: what the approver's listing and the purge's have in common is their order, not where they were cut or taken up again.
 * Two chains, because the SDK hands out versions and delete markers apart: each of the two comes in S3's order, while how
 * they alternate is told by dates of whole seconds.
 */
export function chainRecords(
  { versions, deleteMarkers }: RecordChains,
  records: readonly RecordIdentity[],
): RecordChains {
  const chains = { versions, deleteMarkers };
  for (const record of records) {
    const chain = record.kind === 'delete-marker' ? 'deleteMarkers' : 'versions';
    chains[chain] = hash('sha256', JSON.stringify([chains[chain], ...identityOf(record)]));
  }
  return chains;
}

/** SHA-256 over all records that the chains went through, in lower-case hex. */
export function recordsHash({ versions, deleteMarkers }: RecordChains): string {
  return hash('sha256', JSON.stringify([versions, deleteMarkers]));
}

function identityOf(record: RecordIdentity): readonly string[] {
  if (record.kind === 'item') return [record.key, record.sha256];
  if (record.kind === 'delete-marker') return [record.key, record.versionId];
  return [record.key, record.versionId, record.etag];
}
