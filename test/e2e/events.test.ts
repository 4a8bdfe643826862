import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import type { LedgerEventDetail } from '../../lambdas/core/ledger-event.ts';
import type { AwsCall, CallFate } from '../../local/aws-endpoint.ts';
import { isRoleOf } from '../support/faults.ts';
import { startWorld, type World, type WorldPlane } from '../support/offboarding-world.ts';

const PUBLISHING = (call: AwsCall) => isRoleOf('publish-events', call.callerArn);

describe('the events of a whole offboarding', () => {
  let world: World;
  let fateOf = (_call: AwsCall): CallFate => 'proceed';
  beforeAll(async () => {
    world = await startWorld({ onCall: (call) => (PUBLISHING(call) ? fateOf(call) : 'proceed') });
  });
  afterEach(async () => {
    fateOf = () => 'proceed';
    // The stream is one for all planes: what it still has to tell, it tries again after a minute at most.
    await world.cloud.clock.advanceBy({ seconds: 60 });
  });
  afterAll(() => world.close());

  async function offboard(): Promise<WorldPlane> {
    const plane = await world.plane();
    await plane.start({ force: true, forceReason: 'test', erasure: true });
    await plane.decide('approver', 'approve');
    expect(await plane.status()).toBe('PURGED');
    return plane;
  }
  const publishedOf = (planeId: string) =>
    world.cloud.events
      .published(world.cloud.physicalName('AWS::Events::EventBus'))
      .map(({ time, detail }) => ({ time, detail: detail as unknown as LedgerEventDetail }))
      .filter(({ detail }) => detail.planeId === planeId);
  const detailsOf = (planeId: string) => publishedOf(planeId).map(({ detail }) => detail);
  const identity = ({ seq, type, hash, at }: LedgerEntry | LedgerEventDetail) => ({
    seq,
    type,
    hash,
    at,
  });

  it('are its ledger entries, one by one and in their order', async () => {
    const plane = await offboard();
    await world.cloud.clock.settle();
    const ledger = await plane.ledger();
    expect(ledger.length).toBeGreaterThan(6);
    expect(detailsOf(plane.planeId).map(identity)).toEqual(ledger.map(identity));
    expect(JSON.stringify(detailsOf(plane.planeId))).not.toMatch(/decided|task_?token/i);
  });

  it.each([
    ['is throttled', { refuse: { status: 400, code: 'ThrottlingException' } }],
    ['dies before the bus has taken anything', 'drop'],
    ['dies before it hears that the bus has taken it', 'lose'],
  ] as const)('are in their order when the function now and then %s', async (_, fate) => {
    // A fixed sequence that looks random: x -> 1103515245 x + 12345 mod 2^31, three of five go wrong.
    let state = 7;
    fateOf = () => {
      state = (1_103_515_245 * state + 12_345) % 2 ** 31;
      return (state / 2 ** 31) * 5 < 3 ? fate : 'proceed';
    };
    const plane = await offboard();
    const ledger = await plane.ledger();
    await world.cloud.clock.runUntil(() => detailsOf(plane.planeId).at(-1)?.seq === ledger.length);
    const details = detailsOf(plane.planeId);
    // At least once: what is told again is told at once, before anything later.
    const firstTold = details.filter(
      ({ seq }, index) => details.findIndex((other) => other.seq === seq) === index,
    );
    expect(firstTold.map(identity)).toEqual(ledger.map(identity));
    for (const [index, { seq }] of details.entries())
      expect((details[index + 1]?.seq ?? seq) - seq).toBeLessThanOrEqual(1);
  });

  it('come before the clock goes on, so that nobody hears of today tomorrow', async () => {
    const plane = await world.plane();
    await plane.start();
    await world.cloud.clock.jumpToNextTimer();
    const told = detailsOf(plane.planeId);
    expect(told.map(({ type }) => type)).toContain('TRANSITION');
    for (const { time, detail } of publishedOf(plane.planeId))
      expect(time).toBe(`${detail.at.slice(0, 19)}Z`);
  });
});
