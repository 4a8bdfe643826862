import { expect, it } from 'vitest';
import { verifyEvidence } from '../../verify/verify-evidence.ts';
import { TIMES } from '../support/builders.ts';
import { halted, holdPlaced, holdReleased } from '../support/ledgers.ts';
import { issueEvidence, type WholeEvidence } from './evidence.ts';
import { reseal } from './reseal.ts';

const linesOf = (evidence: WholeEvidence) =>
  verifyEvidence(evidence).map(({ outcome, text }) => `${outcome} ${text}`);
const heldIn = ({ certificate }: WholeEvidence) =>
  JSON.parse(Buffer.from(certificate.split('.')[1] ?? '', 'base64url').toString('utf8'))
    .heldAtPurge;

it('says that none was in force, where all were released before', async () => {
  const evidence = await issueEvidence({ beforeQuestion: [holdPlaced(), holdReleased()] });
  const lines = linesOf(evidence);
  expect(heldIn(evidence)).toEqual([]);
  expect(lines).toContain('ok holds: none was in force at the gate or at the purge');
  expect(lines.filter((line) => !line.startsWith('ok'))).toEqual([]);
});

it('finds a hold that was in force when the gate let the purge pass', async () => {
  const whole = await issueEvidence({ beforeQuestion: [halted('archive', 'ARCHIVE_FAILED')] });
  const ledger = await reseal(whole.ledger, ({ seq }) =>
    seq === 5 ? { type: 'HOLD_PLACED', data: { reference: 'case-1' } } : {},
  );
  expect(linesOf({ ...whole, ledger })).toContain(
    'FAIL ledger entry 5: a hold that was in force when the gate let the purge pass in entry 8',
  );
});

it('names a hold that came after the gate, in the certificate and in the report', async () => {
  const evidence = await issueEvidence({ afterGate: [holdPlaced('case-1', TIMES.purged)] });
  expect(heldIn(evidence)).toEqual([{ seq: 8, placedAt: TIMES.purged }]);
  const lines = linesOf(evidence);
  expect(lines).toContain('ok certificate, holds in force at the purge: as in the ledger');
  expect(lines.filter((line) => !line.startsWith('ok'))).toEqual([
    `not checked ledger entry 8: a hold, placed at ${TIMES.purged} after the gate, was in force when the purge was recorded: whether it came too late to stop it`,
  ]);
});

it('finds a certificate that keeps quiet about it', async () => {
  const held = await issueEvidence({ afterGate: [holdPlaced('case-1', TIMES.purged)] });
  const quiet = await issueEvidence({ afterGate: [halted('purge', 'PURGE_INCOMPLETE')] });
  expect(linesOf({ ...held, certificate: quiet.certificate })).toContain(
    `FAIL certificate, holds in force at the purge: it says [], the ledger [{"seq":8,"placedAt":"${TIMES.purged}"}]`,
  );
});

it('names one that was released before the purge went on', async () => {
  const evidence = await issueEvidence({
    afterGate: [holdPlaced('case-1', TIMES.purged), holdReleased('case-1', TIMES.purged)],
  });
  expect(heldIn(evidence)).toEqual([]);
  expect(linesOf(evidence)).toContain(
    'ok ledger entry 8: a hold after the gate, released in entry 9 before the purge was recorded',
  );
});
