import { beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import { verifyEvidence } from '../../verify/verify-evidence.ts';
import { APPROVER, TIMES } from '../support/builders.ts';
import {
  approvalRequested,
  approved,
  cancelled,
  deregistered,
  halted,
  restarted,
} from '../support/ledgers.ts';
import { issueEvidence, type WholeEvidence } from './evidence.ts';
import { reseal } from './reseal.ts';

const linesOf = (evidence: WholeEvidence) =>
  verifyEvidence(evidence).map(({ outcome, text }) => `${outcome} ${text}`);

it('takes no approval of an earlier question for one of the question that was acted on', async () => {
  const evidence = await issueEvidence({
    beforeQuestion: [
      approvalRequested,
      { ...approved, actor: 'arn:aws:iam::111122223333:user/earlier' },
      halted('purge', 'LEGAL_HOLD'),
    ],
  });
  const lines = linesOf(evidence);
  expect(lines.filter((line) => !line.startsWith('ok'))).toEqual([]);
  expect(lines).toContain('ok certificate, approvals: as in the ledger');
  const payload = Buffer.from(evidence.certificate.split('.')[1] ?? '', 'base64url');
  expect(JSON.parse(payload.toString('utf8')).approvals).toMatchObject([{ approvedBy: APPROVER }]);
  expect(lines).toContain('ok approval: by 1 who did not ask for the purge, 1 needed');
  expect(lines).toContain(
    'ok ledger entry 10: the gate let the purge pass with 1 approvals that count, 1 needed',
  );
  expect(lines).toContain('ok approval: stood until the plane was purged');
});

it('counts an approval by who has started another offboarding again, which was cancelled', async () => {
  const other = { offboardingId: 'off_another' };
  const before = [deregistered(), restarted(APPROVER), cancelled].map((step) => ({
    ...step,
    ...other,
  }));
  const lines = linesOf(await issueEvidence({ before }));
  expect(lines.filter((line) => !line.startsWith('ok'))).toEqual([]);
});

/** Entries 5 to 9: the question, the approval, the gate, a halt, the purge. */
describe('in a chain that was sealed anew', () => {
  let whole: WholeEvidence;
  beforeAll(async () => {
    whole = await issueEvidence({ afterGate: [halted('purge', 'PURGE_INCOMPLETE', TIMES.purged)] });
  });
  const forged = async (changes: Readonly<Record<number, Partial<LedgerEntry>>>) =>
    linesOf({ ...whole, ledger: await reseal(whole.ledger, ({ seq }) => changes[seq] ?? {}) });

  it('a halt that leaves the approval standing is none of these', async () => {
    expect(linesOf(whole).filter((line) => !line.startsWith('ok'))).toEqual([]);
  });

  it('a gate that did not wait for the approval is found', async () => {
    const entries: LedgerEntry[] = whole.ledger.split('\n').map((line) => JSON.parse(line));
    const swap = (seq: number) => {
      const { type, actor, reason, data } = entries[seq - 1] ?? {};
      return { type, actor, reason, data } as LedgerEntry;
    };
    expect(await forged({ 6: swap(7), 7: swap(6) })).toContain(
      'FAIL ledger entry 6: the gate let the purge pass with 0 approvals that count, 1 needed',
    );
  });

  it('a purge that no gate let pass is found', async () => {
    expect(await forged({ 7: { type: 'BLOCKED' } })).toContain(
      'FAIL ledger: does not record that the gate let the purge pass once it was asked for',
    );
    expect(await forged({ 7: { data: { transition: 'DEACTIVATED' } } })).toContain(
      'FAIL ledger: does not record that the gate let the purge pass once it was asked for',
    );
  });

  it.each<[string, Partial<LedgerEntry>, string]>([
    ['rejected', { type: 'REJECTED' }, 'rejected'],
    ['expired', { type: 'APPROVAL_EXPIRED' }, 'expired'],
    ['outdated', { data: { stage: 'purge', code: 'SCOPE_CHANGED', message: '' } }, 'outdated'],
  ])('an approval that was %s before the purge is found', async (_, change, said) => {
    expect(await forged({ 8: change })).toContain(
      `FAIL ledger entry 8: the approval was ${said}, and the plane was purged all the same`,
    );
  });

  it('an approval that came when the question had expired does not count', async () => {
    expect(await forged({ 6: { at: '2028-01-01T00:00:00.000Z' } })).toContain(
      'FAIL approval: by 0 who did not ask for the purge, 1 needed',
    );
  });
});
