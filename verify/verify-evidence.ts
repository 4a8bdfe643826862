import { checkCheckpoints } from './check-checkpoints.ts';
import { checkFinal } from './check-final.ts';
import { checkLedger } from './check-ledger.ts';
import { checkStatement } from './check-statement.ts';
import { checkStory } from './check-story.ts';
import type { Evidence } from './evidence-files.ts';
import { createFindings, type Finding } from './findings.ts';
import { parseKeys } from './jws.ts';
import { certificateSchema, finalCertificateSchema } from './shapes.ts';

const TYP = 'purge-certificate+json';

/** Everything that can be said about a purge from these files alone. It reads nothing else and never throws for what is in them. */
export function verifyEvidence(evidence: Evidence): readonly Finding[] {
  const findings = createFindings();
  const { certificate: jws, final: finalJws } = evidence;
  const trusted = evidence.keys === undefined ? undefined : parseKeys(evidence.keys);
  for (const fault of trusted?.faults ?? []) findings.fail(fault);
  const keys = trusted?.keys;

  const certificate = checkStatement(findings, jws, keys, {
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
      keys,
      planeId,
      entries,
      purgedLength: certificate?.ledger.length,
    });
  else findings.notChecked('checkpoints: no --checkpoints given');

  if (finalJws === undefined)
    findings.notChecked('final certificate, which says that nothing remains: no --final given');
  else {
    const final = checkStatement(findings, finalJws, keys, {
      about: 'final certificate',
      typ: TYP,
      schema: finalCertificateSchema,
    });
    if (final && certificate)
      checkFinal(findings, { final, jws: finalJws }, { certificate, jws }, entries);
  }
  return findings.all;
}
