import { describe, expect, it } from 'vitest';
import {
  APPROVER,
  OFFBOARDING_ID,
  PLANE_ID,
  planeRecord,
  purgeScope,
  REQUESTER,
  TIMES,
} from '../../support/builders.ts';
import {
  approvalExpired,
  approvalRequested,
  gatePassed,
  JOURNEYS,
  ledgerOf,
  rejected,
  SCOPE_HASH,
  type Step,
} from '../../support/ledgers.ts';
import { type ApiWorld, apiWorld } from './api-world.ts';
import { askApproval, TOKEN } from './ask-approval.ts';

const RESOURCE = '/planes/{planeId}/approval';
const OFFICER = 'arn:aws:iam::111122223333:user/officer';
const APPROVE = { decision: 'approve', reason: 'nothing is needed', scopeHash: SCOPE_HASH };
const REJECT = { ...APPROVE, decision: 'reject', reason: 'litigation' };
const ASKED = [...JOURNEYS.ARCHIVED, approvalRequested];

async function asked(steps: readonly Step[] = ASKED, now: string = TIMES.approved) {
  const api = apiWorld({ entries: await ledgerOf(...steps), plane: planeRecord(), now });
  await askApproval(api);
  return api;
}

const decide = (api: ApiWorld, body: object, as = APPROVER) =>
  api.call('POST', RESOURCE, { body, as });

const types = (api: ApiWorld) => api.ledger.entries.slice(ASKED.length).map(({ type }) => type);

describe('what the approver is asked', () => {
  it('is the scope, its hash, who asked and until when', async () => {
    const answer = await (await asked()).call('GET', RESOURCE, { as: APPROVER });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual({
      planeId: PLANE_ID,
      offboardingId: OFFBOARDING_ID,
      scopeHash: SCOPE_HASH,
      scope: JSON.parse(JSON.stringify(purgeScope())),
      requestedBy: [REQUESTER],
      requestedAt: TIMES.retentionUntil,
      expiresAt: TIMES.approvalExpires,
      approvals: { required: 1, given: 0, missing: 1 },
      approvedBy: [],
    });
  });

  it.each([
    ['nothing was asked', JOURNEYS.ARCHIVED, TIMES.approved],
    ['the time is over', ASKED, TIMES.approvalExpires],
    ['it was rejected', [...ASKED, rejected], TIMES.approved],
    ['it has expired', [...ASKED, approvalExpired], TIMES.approved],
    ['the purge has begun', [...JOURNEYS.PURGED.slice(0, -1)], TIMES.approved],
    ['the plane is purged', JOURNEYS.PURGED, TIMES.purged],
  ] as const)('is a 404 when %s, whatever a crash left behind', async (_, steps, now) => {
    const api = await asked(steps, now);
    expect(await api.call('GET', RESOURCE, { as: OFFICER })).toMatchObject({
      status: 404,
      body: { code: 'NO_OPEN_APPROVAL' },
    });
    expect(await decide(api, APPROVE, OFFICER)).toMatchObject({
      status: 404,
      body: { code: 'NO_OPEN_APPROVAL' },
    });
    expect(api.ledger.entries).toHaveLength(steps.length);
    expect(api.callback.sent).toEqual([]);
  });

  it('is a 404 while a newer question is being put', async () => {
    const api = await asked([...ASKED, rejected, { ...approvalRequested, at: TIMES.approved }]);
    expect((await api.call('GET', RESOURCE)).status).toBe(404);
    expect((await decide(api, APPROVE)).status).toBe(404);
    expect(api.callback.sent).toEqual([]);
  });
});

describe('a decision', () => {
  it('to approve is on record before the workflow hears of it', async () => {
    const api = await asked();
    expect(await decide(api, APPROVE)).toMatchObject({
      status: 200,
      body: {
        planeId: PLANE_ID,
        offboardingId: OFFBOARDING_ID,
        decision: 'approve',
        scopeHash: SCOPE_HASH,
        decidedBy: APPROVER,
        status: 'APPROVED',
        approvals: { required: 1, given: 1, missing: 0 },
      },
    });
    expect(api.ledger.entries.at(-1)).toMatchObject({
      type: 'APPROVED',
      actor: APPROVER,
      reason: 'nothing is needed',
      data: { scopeHash: SCOPE_HASH },
    });
    expect(api.callback.sent).toEqual([
      {
        taskToken: TOKEN,
        output: {
          decision: 'approve',
          scopeHash: SCOPE_HASH,
          decidedBy: APPROVER,
          reason: 'nothing is needed',
        },
      },
    ]);
    expect(await api.decisions.read(PLANE_ID)).toBeUndefined();
  });

  it('to reject is left to the workflow to record', async () => {
    const api = await asked();
    expect((await decide(api, REJECT)).status).toBe(200);
    expect(types(api)).toEqual([]);
    expect(api.callback.sent).toMatchObject([
      { taskToken: TOKEN, output: { decision: 'reject', decidedBy: APPROVER } },
    ]);
  });

  it('may be a rejection by who asked', async () => {
    expect((await decide(await asked(), REJECT, REQUESTER)).status).toBe(200);
  });

  it('to approve by who asked is refused, and that is on record once', async () => {
    const api = await asked();
    for (let times = 0; times < 3; times += 1)
      expect(await decide(api, APPROVE, REQUESTER)).toMatchObject({
        status: 403,
        body: { code: 'APPROVER_IS_REQUESTER' },
      });
    expect(types(api)).toEqual(['BLOCKED']);
    expect(api.ledger.entries.at(-1)).toMatchObject({
      actor: REQUESTER,
      reason: null,
      data: {
        action: 'approve',
        decision: 'BLOCKED',
        reasons: [
          {
            policy: 'approver-is-not-requester',
            code: 'APPROVER_IS_REQUESTER',
            message: 'who asked for the purge cannot approve it',
          },
        ],
      },
    });
    expect(api.callback.sent).toEqual([]);
  });

  it('about another scope is refused', async () => {
    const api = await asked();
    const stale = { ...APPROVE, scopeHash: 'd'.repeat(64) };
    expect(await decide(api, stale)).toMatchObject({
      status: 409,
      body: { code: 'STALE_SCOPE_HASH', reasons: [{ policy: 'decision-is-about-this-scope' }] },
    });
    expect(types(api)).toEqual(['BLOCKED']);
    expect(api.callback.sent).toEqual([]);
  });

  it.each([APPROVE, REJECT])('that comes when nobody waits any more: $decision', async (body) => {
    const api = await asked();
    api.callback.open.clear();
    expect(await decide(api, body)).toMatchObject({
      status: 409,
      body: { code: 'APPROVAL_CLOSED' },
    });
  });

  it('about the same scope, asked again after a rejection, is a new decision', async () => {
    const api = await asked();
    await decide(api, APPROVE);
    const again = { ...approvalRequested, at: TIMES.approved };
    const more = await ledgerOf(...ASKED, rejected, again);
    api.ledger.entries.splice(0, Number.POSITIVE_INFINITY, ...more);
    await askApproval(api, 'second-token', TIMES.approved);
    expect((await decide(api, APPROVE)).status).toBe(200);
    expect(api.ledger.entries.at(-1)).toMatchObject({ type: 'APPROVED', seq: more.length + 1 });
    expect(api.callback.sent.at(-1)).toMatchObject({ taskToken: 'second-token' });
  });
});

describe('a purge that takes two approvals', () => {
  const TWICE = { ...approvalRequested, data: { ...approvalRequested.data, requiredApprovals: 2 } };
  const askedTwice = () => asked([...JOURNEYS.ARCHIVED, TWICE]);

  it('waits after the first, and says for how many', async () => {
    const api = await askedTwice();
    const first = { required: 2, given: 1, missing: 1 };
    for (let times = 0; times < 2; times += 1)
      expect(await decide(api, APPROVE)).toMatchObject({
        status: 202,
        body: { decision: 'approve', status: 'AWAITING_APPROVALS', approvals: first },
      });
    expect(types(api)).toEqual(['APPROVED']);
    expect(api.callback.sent).toEqual([]);
    expect((await api.call('GET', RESOURCE)).body).toMatchObject({
      approvals: first,
      approvedBy: [{ approver: APPROVER, at: TIMES.approved }],
    });
  });

  it('goes on after the second, once', async () => {
    const api = await askedTwice();
    await decide(api, APPROVE);
    expect(await decide(api, APPROVE, OFFICER)).toMatchObject({
      status: 200,
      body: { status: 'APPROVED', approvals: { required: 2, given: 2, missing: 0 } },
    });
    expect(types(api)).toEqual(['APPROVED', 'APPROVED']);
    expect(api.callback.sent).toMatchObject([{ output: { decidedBy: OFFICER } }]);
  });

  it('goes on by the first again when the second crashed on its way to the workflow', async () => {
    const api = await askedTwice();
    await decide(api, APPROVE);
    const { sendSuccess } = api.callback;
    api.callback.sendSuccess = async () => {
      throw new Error('ServiceUnavailable');
    };
    expect((await decide(api, APPROVE, OFFICER)).status).toBe(500);
    api.callback.sendSuccess = sendSuccess;
    expect(await decide(api, APPROVE)).toMatchObject({ status: 200, body: { status: 'APPROVED' } });
    expect(api.callback.sent).toHaveLength(1);
  });

  it('is over with one rejection, also by who has approved before', async () => {
    const api = await askedTwice();
    await decide(api, APPROVE);
    expect(await decide(api, REJECT)).toMatchObject({ status: 200, body: { status: 'REJECTED' } });
    expect(api.callback.sent).toMatchObject([{ output: { decision: 'reject' } }]);
  });
});

describe('a crash in the middle of an approval is finished by the same decision again', () => {
  const failing = async () => {
    throw new Error('ServiceUnavailable');
  };

  it('after the record', async () => {
    const api = await asked();
    const { sendSuccess } = api.callback;
    api.callback.sendSuccess = failing;
    expect((await decide(api, APPROVE)).status).toBe(500);
    api.callback.sendSuccess = sendSuccess;
    expect((await decide(api, APPROVE)).status).toBe(200);
    expect(types(api)).toEqual(['APPROVED']);
    expect(api.callback.sent).toHaveLength(1);
  });

  it('after the workflow heard of it', async () => {
    const api = await asked();
    const remove = api.decisions.delete;
    api.decisions.delete = failing;
    expect((await decide(api, APPROVE)).status).toBe(500);
    api.decisions.delete = remove;
    expect((await decide(api, APPROVE)).status).toBe(200);
    expect(types(api)).toEqual(['APPROVED']);
    expect(api.callback.sent).toHaveLength(1);
    expect(await api.decisions.read(PLANE_ID)).toBeUndefined();
  });

  it('when only the answer was lost', async () => {
    const api = await asked();
    await decide(api, APPROVE);
    expect((await decide(api, APPROVE)).status).toBe(200);
    expect(types(api)).toEqual(['APPROVED']);
    expect(api.callback.sent).toHaveLength(1);
  });

  it('when the purge has begun meanwhile', async () => {
    const api = await asked();
    await decide(api, APPROVE);
    await api.recorder.record({
      ...{ planeId: PLANE_ID, offboardingId: OFFBOARDING_ID, actor: 'workflow', reason: null },
      type: 'GATE_PASSED',
      data: { transition: gatePassed('PURGED').data?.transition ?? null },
      idempotencyKey: 'execution/Purge gate',
    });
    expect((await decide(api, APPROVE)).status).toBe(200);
    expect(await decide(api, REJECT)).toMatchObject({ status: 404 });
  });

  it('for a rejection, once the workflow has recorded it', async () => {
    const api = await asked([...ASKED, rejected]);
    expect((await decide(api, REJECT)).status).toBe(200);
    expect(await decide(api, APPROVE)).toMatchObject({ status: 404 });
    expect(await decide(api, REJECT, OFFICER)).toMatchObject({ status: 404 });
  });
});

describe('the task token', () => {
  it('is in no answer and in no line of the log', async () => {
    const api = await asked();
    const answers = [
      await api.call('GET', RESOURCE),
      await decide(api, APPROVE, REQUESTER),
      await decide(api, { ...APPROVE, scopeHash: 'd'.repeat(64) }),
      await decide(api, APPROVE),
      await decide(api, APPROVE, OFFICER),
    ];
    expect(JSON.stringify([answers, api.log.lines, api.ledger.entries])).not.toContain(TOKEN);
  });
});
