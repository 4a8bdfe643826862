import { expect, it } from 'vitest';
import { verifyEvidence } from '../../verify/verify-evidence.ts';
import { APPROVER } from '../support/builders.ts';
import { approvalRequested, approved, halted } from '../support/ledgers.ts';
import { issueEvidence } from './evidence.ts';

const linesOf = (evidence: Parameters<typeof verifyEvidence>[0]) =>
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
});
