import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOCUMENTS_BUCKET } from '../../local/demo/sample-plane.ts';
import { startWorld, type World, type WorldPlane } from '../support/offboarding-world.ts';

describe('the approval of a purge', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  async function awaitingApproval(): Promise<WorldPlane> {
    const plane = await world.plane();
    await plane.start({ force: true, forceReason: 'test', erasure: true });
    expect(await plane.status()).toBe('WAITING_APPROVAL');
    return plane;
  }

  it('says what will be destroyed, and never shows the task token', async () => {
    const plane = await awaitingApproval();
    const { status, body } = await plane.as('approver', 'GET', '/approval');
    expect(status).toBe(200);
    expect(body.requestedBy).toEqual(['arn:aws:iam::111122223333:user/operator']);
    expect(body.scopeHash).toMatch(/^[0-9a-f]{64}$/);
    expect(body.scope.objectCount).toBeGreaterThan(0);
    expect(body.scope.bytes).toBeGreaterThan(0);
    expect(body.scope.manifestHash).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(body)).not.toMatch(/task_?token/i);
  });

  it('is refused to the requester, and the refusal is recorded', async () => {
    const plane = await awaitingApproval();
    expect(await plane.decide('operator', 'approve')).toMatchObject({
      status: 403,
      body: { code: 'APPROVER_IS_REQUESTER' },
    });
    expect(await plane.status()).toBe('WAITING_APPROVAL');
    expect((await plane.ledger()).at(-1)).toMatchObject({
      type: 'BLOCKED',
      actor: 'arn:aws:iam::111122223333:user/operator',
    });
  });

  it('is refused to whoever has acknowledged dependents by starting again', async () => {
    const plane = await world.plane();
    await plane.as('billing', 'PUT', '/dependents/billing', { kind: 'application' });
    await plane.start({ force: true, forceReason: 'test', erasure: true });
    expect(await plane.status()).toBe('HALTED');
    await plane.as('bob', 'POST', '/offboarding', {
      reason: 'billing knows',
      acknowledgedDependents: ['billing'],
    });
    await world.cloud.clock.settle();
    expect((await plane.as('bob', 'GET', '/approval')).body.requestedBy).toEqual([
      'arn:aws:iam::111122223333:user/bob',
      'arn:aws:iam::111122223333:user/operator',
    ]);
    expect(await plane.decide('bob', 'approve')).toMatchObject({
      status: 403,
      body: { code: 'APPROVER_IS_REQUESTER' },
    });
    expect((await plane.decide('approver', 'approve')).status).toBe(200);
    expect(await plane.status()).toBe('PURGED');
  });

  it('is refused for another scope', async () => {
    const plane = await awaitingApproval();
    expect(await plane.decide('approver', 'approve', 'a'.repeat(64))).toMatchObject({
      status: 409,
      body: { code: 'STALE_SCOPE_HASH' },
    });
    expect(await plane.status()).toBe('WAITING_APPROVAL');
  });

  it('must be a decision', async () => {
    const plane = await awaitingApproval();
    const answer = await plane.as('approver', 'POST', '/approval', {
      decision: 'maybe',
      reason: 'hm',
      scopeHash: 'a'.repeat(64),
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
  });

  it('rejected keeps the archive, and can be asked for again', async () => {
    const plane = await awaitingApproval();
    expect(await plane.decide('approver', 'reject')).toMatchObject({ status: 200 });
    expect(await plane.status()).toBe('KEPT_IN_ARCHIVE');
    expect((await plane.history()).at(-1)).toBe('REJECTED');
    expect(await plane.as('approver', 'GET', '/approval')).toMatchObject({ status: 404 });

    expect((await plane.start({ erasure: true })).status).toBe(202);
    expect(await plane.decide('approver', 'approve')).toMatchObject({ status: 200 });
    expect(await plane.status()).toBe('PURGED');
  });

  it('that nobody gives expires, changes nothing, and can be asked for again', async () => {
    const plane = await awaitingApproval();
    await world.cloud.clock.advanceBy({ days: 8 });
    expect((await plane.as('operator', 'GET', '/offboarding')).body).toMatchObject({
      status: 'HALTED',
      lifecycleState: 'ARCHIVED',
      halt: { stage: 'approval', code: 'APPROVAL_EXPIRED' },
    });
    expect(await plane.decide('approver', 'approve', 'a'.repeat(64))).toMatchObject({
      status: 404,
    });

    await plane.start({ erasure: true });
    await plane.decide('approver', 'approve');
    expect(await plane.status()).toBe('PURGED');
  });

  it('given twice at once purges once', async () => {
    const plane = await awaitingApproval();
    const { scopeHash } = (await plane.as('approver', 'GET', '/approval')).body;
    const body = { decision: 'approve', reason: 'ok', scopeHash };
    const answers = await Promise.all([
      plane.as('approver', 'POST', '/approval', body),
      plane.as('officer', 'POST', '/approval', body),
    ]);
    await world.cloud.clock.settle();
    expect(answers.map((answer) => answer.status)).toContain(200);
    for (const { status } of answers) expect([200, 404, 409]).toContain(status);
    expect((await plane.history()).filter((entry) => entry === 'ARCHIVED->PURGED')).toHaveLength(1);
  });

  it('does not cover what appeared after it was asked for', async () => {
    const plane = await awaitingApproval();
    const s3 = new S3Client(world.cloud.clientConfig('tenant'));
    await s3.send(
      new PutObjectCommand({
        Bucket: DOCUMENTS_BUCKET,
        Key: `${plane.sample.prefix}late.md`,
        Body: 'late',
      }),
    );
    await plane.decide('approver', 'approve');
    expect((await plane.as('operator', 'GET', '/offboarding')).body).toMatchObject({
      status: 'HALTED',
      lifecycleState: 'ARCHIVED',
      halt: { stage: 'purge', code: 'SCOPE_CHANGED' },
    });

    await plane.start({ erasure: true });
    await plane.decide('approver', 'approve');
    expect(await plane.status()).toBe('PURGED');
  });
});
