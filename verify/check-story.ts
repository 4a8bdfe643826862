import { isDeepStrictEqual } from 'node:util';
import { checkApproval } from './check-approval.ts';
import { checkHolds } from './check-holds.ts';
import type { Findings, Same } from './findings.ts';
import { sha256 } from './jws.ts';
import type { Certificate, LedgerEntry } from './shapes.ts';

/** Whether the certificate and the ledger tell the same story. */
export function checkStory(
  findings: Findings,
  { certificate, jws }: { readonly certificate: Certificate; readonly jws: string },
  entries: readonly LedgerEntry[],
): void {
  const { ledger, destruction, verification } = certificate;
  const same: Same = (what, said, found) =>
    findings.check(
      isDeepStrictEqual(said, found),
      `certificate, ${what}`,
      'as in the ledger',
      `it says ${brief(said)}, the ledger ${brief(found)}`,
    );
  const purged = entries[ledger.length - 1];
  if (!purged) {
    findings.fail(
      `ledger entry ${entries.length + 1}: is missing: the certificate names entry ${ledger.length} as its head`,
    );
    return;
  }
  same('head of the ledger', ledger.headHash, purged.hash);
  if (purged.type !== 'TRANSITION' || purged.to !== 'PURGED') {
    findings.fail(`ledger entry ${ledger.length}: does not record that the plane was purged`);
    return;
  }
  same('offboarding', certificate.offboardingId, purged.offboardingId);
  const { data } = purged;
  for (const field of [
    'purgedAt',
    'scopeHash',
    'recordsDeleted',
    'bytesDeleted',
    'alreadyAbsent',
    'uploadsAborted',
  ] as const)
    same(field, destruction[field], data[field]);
  const parts = destruction.parts.map(({ calls: _, ...part }) => part);
  same('what was destroyed, part by part', parts, data.parts);
  same('what the second listing found', verification.residue, data.residue);
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  findings.check(
    destruction.recordsDeleted === sum(parts.map(({ destroyed }) => destroyed)) &&
      destruction.bytesDeleted === sum(parts.map(({ destroyedBytes }) => destroyedBytes)) &&
      parts.every((part) => part.found === part.destroyed + part.alreadyAbsent) &&
      verification.left === sum(verification.residue.map(({ count }) => count)) &&
      verification.left === 0,
    'certificate, counts',
    'they add up, and nothing was left',
    'they do not add up to nothing left',
  );
  checkArchive(findings, same, certificate, entries);
  const untilPurge = entries.slice(0, ledger.length);
  checkApproval(findings, same, certificate, untilPurge);
  checkHolds(findings, same, certificate, untilPurge);
  checkResidues(findings, certificate, data.placeCopies);
  const certified = entries
    .slice(ledger.length)
    .find(({ type, data: { phase } }) => type === 'CERTIFIED' && phase === 'executed');
  findings.check(
    certified?.data.certificateHash === sha256(jws),
    'certificate',
    `recorded by its hash in entry ${certified?.seq}`,
    `its hash ${sha256(jws)} is not the one on record after the purge`,
  );
}

function checkArchive(
  findings: Findings,
  same: Same,
  { archive, ledger }: Certificate,
  entries: readonly LedgerEntry[],
): void {
  const archived = entries
    .slice(0, ledger.length)
    .findLast(({ type, to }) => type === 'TRANSITION' && to === 'ARCHIVED');
  if (!archived) {
    findings.fail('ledger: does not record that the plane was archived');
    return;
  }
  const { manifestHash, objectCount, archiveSizeBytes, archivedAt } = archived.data;
  same('archive', archive, { manifestHash, objectCount, bytes: archiveSizeBytes, archivedAt });
}

/** Every copy that the purge was told of stands in the certificate. */
function checkResidues(
  findings: Findings,
  { residualCopies, destruction, issuedAt }: Certificate,
  placeCopies: unknown,
): void {
  const places: readonly unknown[] = Array.isArray(placeCopies) ? placeCopies : [];
  const kept = places
    .filter((place) => Object(Object(place).found).copies === 'point-in-time-recovery')
    .map((place) => String(Object(place).ref));
  const missing = kept.filter((ref) => !residualCopies.some((copy) => copy.ref === ref));
  findings.check(
    missing.length === 0,
    'certificate, residues',
    `${residualCopies.length} listed, none that the purge was told of is missing`,
    `point-in-time recovery of ${missing.join(', ')} is not listed`,
  );
  findings.check(
    destruction.purgedAt <= issuedAt && residualCopies.every(({ until }) => until >= issuedAt),
    'certificate, times',
    'issued after the purge, and before anything had run out',
    'it is older than what it tells of',
  );
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
