import { describe, expect, it } from 'vitest';
import { foldLedger } from '../../lambdas/core/fold-ledger.ts';
import { purgePermission } from '../../lambdas/core/purge-permission.ts';
import { requestersOf } from '../../lambdas/core/requesters.ts';
import { APPROVER, OFFBOARDING_ID, offboardingRequest, REQUESTER } from '../support/builders.ts';
import {
  approvalRequested,
  approved,
  deregistered,
  gatePassed,
  JOURNEYS,
  ledgerOf,
  type Step,
} from '../support/ledgers.ts';

const OFFICER = 'arn:aws:iam::111122223333:user/officer';
const asked = (requiredApprovals: number): Step => ({
  ...approvalRequested,
  data: { ...approvalRequested.data, requiredApprovals },
});

async function permission(...steps: readonly Step[]) {
  return purgePermission(foldLedger(await ledgerOf(...steps)), OFFBOARDING_ID);
}

describe('the permission to purge', () => {
  it('takes as many people as the question said', async () => {
    const both = [...JOURNEYS.ARCHIVED, asked(2), approved, { ...approved, actor: OFFICER }];
    expect(await permission(...both, gatePassed('PURGED'))).toMatchObject({ allowed: true });
    expect(await permission(...JOURNEYS.ARCHIVED, asked(2), approved)).toMatchObject({
      allowed: false,
      code: 'PURGE_NOT_APPROVED',
    });
  });

  it('does not count who asked for the force first, whoever the question was put by', async () => {
    const request = offboardingRequest({
      force: true,
      forceReason: 'leak',
      forceRequestedBy: APPROVER,
    });
    const [, ...rest] = JOURNEYS.ARCHIVED;
    const steps = [deregistered({ request }), ...rest, asked(1), approved, gatePassed('PURGED')];
    expect(await permission(...steps)).toMatchObject({
      allowed: false,
      message: '0 of 1 who did not ask for the purge have approved it',
    });
  });
});

describe('who asked for an offboarding', () => {
  it('is each once, in order: who started it, who forced it first, who asks now', async () => {
    const request = offboardingRequest({ forceRequestedBy: OFFICER });
    const { offboarding } = foldLedger(await ledgerOf(deregistered({ request })));
    expect(requestersOf(offboarding, REQUESTER, APPROVER)).toEqual([APPROVER, OFFICER, REQUESTER]);
    expect(requestersOf(undefined)).toEqual([]);
  });
});
