import { isDeepStrictEqual } from 'node:util';
import type { Findings } from './findings.ts';
import { sha256 } from './jws.ts';
import type { Certificate, FinalCertificate, LedgerEntry } from './shapes.ts';

/** Whether the final certificate completes this executed one, and the ledger still stands as both found it. */
export function checkFinal(
  findings: Findings,
  { final, jws }: { readonly final: FinalCertificate; readonly jws: string },
  executed: { readonly certificate: Certificate; readonly jws: string },
  entries: readonly LedgerEntry[] | undefined,
): void {
  const about = 'final certificate';
  const { certificate } = executed;
  findings.check(
    final.executed.hash === sha256(executed.jws) &&
      final.executed.issuedAt === certificate.issuedAt &&
      final.planeId === certificate.planeId &&
      final.offboardingId === certificate.offboardingId,
    about,
    'completes this certificate, by its hash',
    'is about another certificate',
  );
  findings.check(
    isDeepStrictEqual(final.residualCopies, certificate.residualCopies) &&
      isDeepStrictEqual(final.notExamined, certificate.notExamined),
    about,
    'repeats everything that was listed as remaining',
    'lists other things than remained',
  );
  const early = final.residualCopies.find(({ until }) => until > final.issuedAt);
  findings.check(
    early === undefined,
    about,
    `issued at ${final.issuedAt}, when all of it had run out`,
    `issued before ${early?.what} had run out at ${early?.until}`,
  );
  if (!entries) return;
  const { length, headHash } = final.ledger;
  findings.check(
    length >= certificate.ledger.length && entries[length - 1]?.hash === headHash,
    about,
    `the ledger had ${length} entries then, and they are these`,
    `ledger entry ${Math.min(length, entries.length + 1)} is not the one it names`,
  );
  const recorded = entries
    .slice(length)
    .find(({ type, data }) => type === 'CERTIFIED' && data.phase === 'final');
  findings.check(
    recorded?.data.certificateHash === sha256(jws),
    about,
    `recorded by its hash in entry ${recorded?.seq}`,
    `its hash ${sha256(jws)} is not the one on record`,
  );
}
