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
  restarted,
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

  it('is not taken back by an approver who starts the interrupted purge again', async () => {
    const committed = [...JOURNEYS.ARCHIVED, asked(1), approved, gatePassed('PURGED')];
    expect(await permission(...committed, restarted(APPROVER))).toMatchObject({ allowed: true });
  });

  it('does not count who asked for the force first, whoever the question was put by', async () => {
    const request = offboardingRequest({
      force: true,
      forceReason: 'leak',
      forceRequestedBy: APPROVER,
    });
    const steps = [...JOURNEYS.ARCHIVED, asked(1), approved, gatePassed('PURGED')];
    const state = foldLedger(await ledgerOf(...steps));
    if (!state.offboarding) throw new Error('nothing is being offboarded');
    const offboarding = { ...state.offboarding, request };
    expect(purgePermission({ ...state, offboarding }, OFFBOARDING_ID)).toMatchObject({
      allowed: false,
      message: '0 of 1 who did not ask for the purge have approved it',
    });
  });
});

describe('who asked for an offboarding', () => {
  it('is each once, in order: who started it, who forced it first, who asks now', async () => {
    const request = offboardingRequest({ forceRequestedBy: OFFICER });
    const state = foldLedger(await ledgerOf(deregistered({ request })));
    expect(requestersOf(state, REQUESTER, APPROVER)).toEqual([APPROVER, OFFICER, REQUESTER]);
    expect(requestersOf({})).toEqual([]);
  });

  it('is whoever has started it again as well', async () => {
    const state = foldLedger(
      await ledgerOf(deregistered(), restarted(OFFICER), restarted(OFFICER)),
    );
    expect(requestersOf(state)).toEqual([OFFICER, REQUESTER]);
  });
});
