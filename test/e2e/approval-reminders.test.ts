import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import { createFaults } from '../support/faults.ts';
import { startWorld, type World, type WorldPlane } from '../support/offboarding-world.ts';

const DAY_MS = 86_400_000;

describe('an approval that nobody gives', () => {
  const faults = createFaults();
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ onCall: faults.onCall });
  });
  afterAll(() => world.close());

  async function awaitingApproval(): Promise<WorldPlane> {
    const plane = await world.plane();
    await plane.start({ force: true, forceReason: 'test', erasure: true });
    expect(await plane.status()).toBe('WAITING_APPROVAL');
    return plane;
  }
  const told = (topic: string, { planeId }: WorldPlane) =>
    world.cloud.sns
      .messages(world.cloud.physicalName('AWS::SNS::Topic', `${topic}/Resource`))
      .map(({ message }) => String(JSON.parse(message)))
      .filter((text) => text.includes(planeId));
  const ofApproval = async (plane: WorldPlane) =>
    (await plane.ledger()).filter(({ type }) => /APPROV|REJECTED|HALTED/.test(type));
  const daysAfter = (first: LedgerEntry | undefined, { at }: LedgerEntry) =>
    Math.round((Date.parse(at) - Date.parse(first?.at ?? '')) / DAY_MS);
  const pass = (days: number) => world.cloud.clock.advanceBy({ days });

  it('is asked for again and again, then somewhere else, and then no more', async () => {
    const plane = await awaitingApproval();
    await pass(8);
    expect(await plane.status()).toBe('HALTED');

    const entries = await ofApproval(plane);
    const [asked] = entries;
    expect(entries.map((entry) => [entry.type, entry.data.level, daysAfter(asked, entry)])).toEqual(
      [
        ['APPROVAL_REQUESTED', undefined, 0],
        ['APPROVAL_REMINDED', 'reminder', 3],
        ['APPROVAL_REMINDED', 'reminder', 5],
        ['APPROVAL_REMINDED', 'escalation', 6],
        ['APPROVAL_EXPIRED', undefined, 7],
      ],
    );
    for (const { data } of entries.slice(1, 4))
      expect(data).toMatchObject({
        scopeHash: asked?.data.scopeHash,
        expiresAt: asked?.data.expiresAt,
      });

    const approvers = told('Approvers', plane);
    expect(approvers).toHaveLength(4);
    const [first = ''] = approvers;
    expect(first.split(' Until ')).toEqual([
      `The purge of knowledge plane ${plane.planeId} waits for approval.`,
      expect.stringMatching(/^\S+Z\. What would be destroyed, and where to decide: https:\S+$/),
    ]);
    expect(first).toContain(` Until ${asked?.data.expiresAt}.`);
    expect(first.endsWith(`/planes/${plane.planeId}/approval`)).toBe(true);
    const escalated = told('Escalation', plane);
    expect(escalated).toHaveLength(1);
    expect(escalated[0]).toMatch(/^Nobody has decided about the purge/);
    const scopeHash = String(asked?.data.scopeHash);
    for (const text of [...approvers, ...escalated]) {
      expect(text).not.toContain(scopeHash);
      expect(text).not.toMatch(/AQCE|token|decided,|test/);
    }
  });

  it('can be given after a reminder, to the same question', async () => {
    const plane = await awaitingApproval();
    const asked = (await plane.as('approver', 'GET', '/approval')).body;
    await pass(4);
    expect((await plane.as('approver', 'GET', '/approval')).body).toEqual(asked);
    expect(await plane.decide('approver', 'approve', asked.scopeHash)).toMatchObject({
      status: 200,
    });
    expect(await plane.status()).toBe('PURGED');
    expect((await ofApproval(plane)).map(({ type }) => type)).toEqual([
      'APPROVAL_REQUESTED',
      'APPROVAL_REMINDED',
      'APPROVED',
    ]);
  });

  it('can be rejected after a reminder, and asked for again later', async () => {
    const plane = await awaitingApproval();
    await pass(6);
    expect(await plane.decide('approver', 'reject')).toMatchObject({ status: 200 });
    expect(await plane.status()).toBe('KEPT_IN_ARCHIVE');
    await plane.start({ erasure: true });
    expect(await plane.status()).toBe('WAITING_APPROVAL');
    await pass(3);
    expect(await plane.decide('approver', 'approve')).toMatchObject({ status: 200 });
    expect(await plane.status()).toBe('PURGED');
    expect((await ofApproval(plane)).map(({ type, data }) => data.level ?? type)).toEqual([
      'APPROVAL_REQUESTED',
      'reminder',
      'reminder',
      'escalation',
      'REJECTED',
      'APPROVAL_REQUESTED',
      'reminder',
      'APPROVED',
    ]);
  });

  it.each([
    ['before the reminder is written', { by: 'remind-approval', url: /invocations/ }],
    ['before the new token is stored', { by: 'await-approval', operation: 'PutItem' }],
    ['while the ledger is read again', { by: 'await-approval', operation: 'Query', skip: 1 }],
  ] as const)('decides, also when it comes %s', async (_, moment) => {
    for (const decision of ['approve', 'reject'] as const) {
      const plane = await awaitingApproval();
      const { scopeHash } = (await plane.as('approver', 'GET', '/approval')).body;
      let answer: Promise<{ status: number }> | undefined;
      const fault = faults.before(moment, async () => {
        answer = plane.as('approver', 'POST', '/approval', {
          decision,
          reason: 'decided',
          scopeHash,
        });
        // As far as it comes while the workflow stands still.
        await new Promise((resolve) => setTimeout(resolve, 300));
      });
      await pass(3);
      expect(await answer).toMatchObject({ status: 200 });
      await world.cloud.clock.settle();
      fault.lift();
      expect(await plane.status()).toBe(decision === 'approve' ? 'PURGED' : 'KEPT_IN_ARCHIVE');
      const decisions = (await ofApproval(plane)).filter(({ type }) =>
        /APPROVED|REJECTED/.test(type),
      );
      expect(decisions).toHaveLength(1);
    }
  });
});
