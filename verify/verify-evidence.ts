import { checkCheckpoints } from './check-checkpoints.ts';
import { checkFinal } from './check-final.ts';
import { checkLedger } from './check-ledger.ts';
import { checkStatement } from './check-statement.ts';
import { checkStory } from './check-story.ts';
import type { Evidence } from './evidence-files.ts';
import { createFindings, type Finding } from './findings.ts';
import { parseJws, parseKeys } from './jws.ts';
import { certificateSchema, finalCertificateSchema } from './shapes.ts';
import { createSignatories } from './signatories.ts';

const TYP = 'purge-certificate+json';

/** Everything that can be said about a purge from these files alone. It reads nothing else and never throws for what is in them. */
export function verifyEvidence(evidence: Evidence): readonly Finding[] {
  const findings = createFindings();
  const { certificate: jws, final: finalJws } = evidence;
  const trusted = evidence.keys === undefined ? undefined : parseKeys(evidence.keys);
  for (const fault of trusted?.faults ?? []) findings.fail(fault);
  const parsed = parseJws(jws);
  const signatories = createSignatories({
    keys: trusted?.keys,
    thumbprints: evidence.thumbprints ?? [],
    certificateKid: typeof parsed === 'string' ? undefined : parsed.header.kid,
  });

  const certificate = checkStatement(findings, jws, signatories, {
    about: 'certificate',
    typ: TYP,
    schema: certificateSchema,
  });
  const planeId = certificate?.planeId;

  const entries =
    evidence.ledger === undefined ? undefined : checkLedger(findings, evidence.ledger, planeId);
  if (!entries) findings.notChecked('ledger: no --ledger given');
  else if (certificate) checkStory(findings, { certificate, jws }, entries);

  if (evidence.checkpoints)
    checkCheckpoints(findings, evidence.checkpoints, {
      signatories,
      planeId,
      entries,
      purgedLength: certificate?.ledger.length,
    });
  else findings.notChecked('checkpoints: no --checkpoints given');

  if (finalJws === undefined)
    findings.notChecked('final certificate, which says that nothing remains: no --final given');
  else {
    const final = checkStatement(findings, finalJws, signatories, {
      about: 'final certificate',
      typ: TYP,
      schema: finalCertificateSchema,
    });
    if (final && certificate)
      checkFinal(findings, { final, jws: finalJws }, { certificate, jws }, entries);
  }
  signatories.report(findings);
  return findings.all;
}
