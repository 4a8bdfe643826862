import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiClient } from '../../local/signed-api.ts';
import { startWorld, type World, type WorldPlane } from '../support/offboarding-world.ts';

const permissionSet = (name: string) => `AWSReservedSSO_${name}_0123456789abcdef`;
const OPERATOR = 'OffboardingOperator@deploy';
const LEGAL = 'OffboardingLegal@counsel';
const FORCER_1 = `${permissionSet('OffboardingForcer')}@ann@example.com`;
const FORCER_2 = `${permissionSet('OffboardingForcer')}@bob@example.com`;
const APPROVER_1 = `${permissionSet('OffboardingApprover')}@cas@example.com`;
const APPROVER_2 = `${permissionSet('OffboardingApprover')}@dee@example.com`;
/** The second forcer by another permission set: the same person. */
const FORCER_2_AS_APPROVER = `${permissionSet('OffboardingApprover')}@Bob@example.com`;
const FORCE = { reason: 'leak', force: true, forceReason: 'leak', erasure: true };
const { reason: _, ...NO_REASON } = FORCE;

// Nobody but a forcer may force, so `start` (which signs as `user/operator`) is used nowhere here.
describe('in production', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ stackName: 'Offboarding-prod' });
  });
  afterAll(() => world.close());

  const start = async (plane: WorldPlane, as: string, body: object) => {
    const answer = await plane.as(as, 'POST', '/offboarding', body);
    await world.cloud.clock.settle();
    return answer;
  };

  it('who has no role is refused whatever they try, which is on record once each', async () => {
    const plane = await world.plane();
    const body = { reason: 'because' };
    for (let times = 0; times < 2; times += 1) {
      expect(await start(plane, 'nobody', body)).toMatchObject({
        status: 403,
        contentType: 'application/problem+json',
        body: {
          code: 'NOT_PERMITTED',
          detail: 'to start takes the role operator',
          reasons: [{ policy: 'operators-run-offboardings', code: 'NOT_PERMITTED' }],
        },
      });
      expect((await start(plane, OPERATOR, FORCE)).body.code).toBe('NOT_PERMITTED');
      expect((await plane.as(FORCER_1, 'DELETE', '/offboarding')).body.code).toBe('NOT_PERMITTED');
      expect((await plane.decide(OPERATOR, 'approve', 'a'.repeat(64))).status).toBe(403);
    }
    expect(await plane.ledger()).toMatchObject([
      {
        type: 'BLOCKED',
        offboardingId: null,
        actor: 'arn:aws:iam::111122223333:user/nobody',
        reason: null,
        data: { action: 'start', decision: 'BLOCKED' },
      },
      { type: 'BLOCKED', data: { action: 'force' } },
      { type: 'BLOCKED', data: { action: 'cancel' } },
      { type: 'BLOCKED', data: { action: 'approve' } },
    ]);
    expect((await plane.as('auditor', 'GET')).body.lifecycleState).toBe('ACTIVE');
  });

  it('is not on record for an invalid body, or for a plane that does not exist', async () => {
    const plane = await world.plane();
    expect((await start(plane, 'nobody', NO_REASON)).status).toBe(400);
    expect(await plane.ledger()).toEqual([]);
    const unknown = '/planes/kp_01JD0000000000000000000009';
    const nobody = apiClient(world.cloud.apiUrl, 'nobody');
    const started = await nobody.call('POST', `${unknown}/offboarding`, { reason: 'because' });
    expect(started).toMatchObject({ status: 404, body: { code: 'PLANE_NOT_FOUND' } });
    expect((await nobody.call('GET', `${unknown}/ledger`)).status).toBe(404);
  });

  it('only who answers for legal holds places and releases them', async () => {
    const plane = await world.plane();
    const hold = { reference: 'case-1', reason: 'litigation' };
    for (const method of ['PUT', 'DELETE'])
      expect(await plane.as(OPERATOR, method, '/hold', hold)).toMatchObject({
        status: 403,
        body: { code: 'NOT_PERMITTED', reasons: [{ policy: 'legal-holds-and-releases' }] },
      });
    expect((await plane.as(LEGAL, 'PUT', '/hold', hold)).status).toBe(200);
    expect((await plane.as(LEGAL, 'DELETE', '/hold', hold)).status).toBe(204);
    expect(await plane.history()).toEqual(['BLOCKED', 'BLOCKED', 'HOLD_PLACED', 'HOLD_RELEASED']);
  });

  it('nobody goes under the floors', async () => {
    const plane = await world.plane();
    const body = { reason: 'hurry', gracePeriodDays: 6, retentionDays: 29 };
    expect(await start(plane, OPERATOR, body)).toMatchObject({
      status: 403,
      body: {
        code: 'GRACE_UNDER_FLOOR',
        reasons: [
          { policy: 'grace-asked-for-reaches-the-floor' },
          { policy: 'retention-asked-for-reaches-the-floor' },
        ],
      },
    });
  });

  it('a force takes two people, and a purge two others', async () => {
    const plane = await world.plane();
    const first = await start(plane, FORCER_1, FORCE);
    expect(first).toMatchObject({
      status: 202,
      body: {
        status: 'AWAITING_SECOND_PERSON',
        awaited: [{ policy: 'force-takes-a-second-person', code: 'SECOND_PERSON_MISSING' }],
      },
    });
    expect((await start(plane, FORCER_1, FORCE)).body).toEqual(first.body);
    expect(await plane.history()).toEqual(['FORCE_REQUESTED']);

    expect((await start(plane, FORCER_2, FORCE)).body).toHaveProperty('offboardingId');
    expect(await plane.status()).toBe('WAITING_APPROVAL');
    const asked = (await plane.as(APPROVER_1, 'GET', '/approval')).body;
    expect(asked.approvals).toEqual({ required: 2, given: 0, missing: 2 });
    expect(asked.requestedBy).toHaveLength(2);
    expect(asked.requestedBy).toContain(first.body.forceRequestedBy);

    expect(await plane.decide(FORCER_2_AS_APPROVER, 'approve')).toMatchObject({
      status: 403,
      body: { code: 'APPROVER_IS_REQUESTER' },
    });
    for (let times = 0; times < 2; times += 1)
      expect(await plane.decide(APPROVER_1, 'approve')).toMatchObject({
        status: 202,
        body: { status: 'AWAITING_APPROVALS', approvals: { required: 2, given: 1, missing: 1 } },
      });
    expect(await plane.status()).toBe('WAITING_APPROVAL');
    expect(await plane.decide(APPROVER_2, 'approve')).toMatchObject({
      status: 200,
      body: { status: 'APPROVED' },
    });
    expect(await plane.status()).toBe('PURGED');
    expect(await plane.history()).toEqual([
      'FORCE_REQUESTED',
      'ACTIVE->PENDING_DEACTIVATE',
      'GATE_PASSED',
      'PENDING_DEACTIVATE->DEACTIVATED',
      'DEACTIVATED->ARCHIVED',
      'APPROVAL_REQUESTED',
      'BLOCKED',
      'APPROVED',
      'APPROVED',
      'GATE_PASSED',
      'ARCHIVED->PURGED',
      'CERTIFIED',
    ]);
  });

  it('a force that nobody followed expires', async () => {
    const plane = await world.plane();
    await start(plane, FORCER_1, FORCE);
    await world.cloud.clock.advanceBy({ days: 1 });
    expect((await start(plane, FORCER_2, FORCE)).body.status).toBe('AWAITING_SECOND_PERSON');
    expect(await plane.history()).toEqual(['FORCE_REQUESTED', 'FORCE_REQUESTED']);
  });

  it('one rejection is enough, also after an approval', async () => {
    const plane = await world.plane();
    await start(plane, FORCER_1, FORCE);
    await start(plane, FORCER_2, FORCE);
    await plane.decide(APPROVER_1, 'approve');
    expect((await plane.decide(APPROVER_2, 'reject')).body.status).toBe('REJECTED');
    expect(await plane.status()).toBe('KEPT_IN_ARCHIVE');
  });

  it('a dependent holds the plane until it is acknowledged by name, also on a restart', async () => {
    const plane = await world.plane();
    for (const id of ['chatbot', 'search'])
      await plane.as('builder', 'PUT', `/dependents/${id}`, { kind: 'application' });
    const acknowledgedDependents = ['chatbot'];
    await start(plane, OPERATOR, { reason: 'contract ends', acknowledgedDependents });
    await world.cloud.clock.advanceBy({ days: 7 });
    expect((await plane.as(OPERATOR, 'GET', '/offboarding')).body.halt).toEqual({
      stage: 'deactivate',
      code: 'DEPENDENTS_EXIST',
      message: '1 dependent(s) still name the plane and are not acknowledged: search',
    });
    await start(plane, OPERATOR, { reason: 'they know', acknowledgedDependents: ['search'] });
    expect(await plane.status()).toBe('KEPT_IN_ARCHIVE');
    expect((await plane.ledger()).find(({ type }) => type === 'RESTARTED')).toMatchObject({
      actor: expect.stringMatching(/:role\/OffboardingOperator$/),
      reason: 'they know',
      data: { attempt: 2, erasure: false, acknowledgedDependents: ['search'] },
    });
    const passed = (await plane.ledger()).find(({ type }) => type === 'GATE_PASSED');
    expect(passed?.data).toEqual({
      transition: 'DEACTIVATED',
      decidedAtSeq: 4,
      acknowledgedDependents: ['chatbot', 'search'],
    });
  });
});
