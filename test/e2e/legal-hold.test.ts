import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LifecycleState } from '../../lambdas/core/lifecycle.ts';
import { type CallPattern, createFaults } from '../support/faults.ts';
import { AT_ONCE, approveIfAsked, expectEnd, expectHalt, remains } from '../support/halts.ts';
import { startWorld, type World, type WorldPlane } from '../support/offboarding-world.ts';

const HOLD = { reference: 'case-1', reason: 'litigation' };
const hold = (plane: WorldPlane, method = 'PUT') => plane.as('counsel', method, '/hold', HOLD);

interface Moment {
  /** The hold is placed before the first of these calls. */
  readonly before: CallPattern;
  readonly stage: string;
  readonly state: LifecycleState;
  readonly left: { readonly documentVersions?: number; readonly vaultVersions?: number };
}

const HOT = { documentVersions: 3 };
const ARCHIVED = { documentVersions: 0 };

/** Before each step of the state machine: where the hold stops it, and what is there then. */
const MOMENTS: readonly Moment[] = [
  ...(
    [
      { by: 'deregister' },
      { by: 'verify-deactivate' },
      { by: 'policy-gate' },
      { by: 'deactivate' },
    ] as const
  ).map((before) => ({
    before,
    stage: 'deactivate',
    state: 'PENDING_DEACTIVATE' as const,
    left: HOT,
  })),
  ...(
    [
      { by: 'archive-plan' },
      { by: 'archive-pack' },
      { by: 'archive-seal' },
      { by: 'archive-evict' },
    ] as const
  ).map((before) => ({ before, stage: 'archive', state: 'DEACTIVATED' as const, left: HOT })),
  ...([{ by: 'request-approval' }, { by: 'purge' }] as const).map((before) => ({
    before,
    stage: 'purge',
    state: 'ARCHIVED' as const,
    left: ARCHIVED,
  })),
];

const faults = createFaults();
let world: World;
beforeAll(async () => {
  world = await startWorld({ onCall: faults.onCall });
});
afterEach(() => faults.clear());
afterAll(() => world.close());

describe('a hold that is placed before a step', () => {
  it.each(MOMENTS)('$before.by: halts at $stage', async ({ before, stage, state, left }) => {
    const plane = await world.plane();
    const placed = faults.before(before, () => hold(plane));
    // The gate answers the API as well, before the step that is meant.
    if (before.by === 'policy-gate') {
      placed.lift();
      faults.before({ by: 'policy-gate', skip: 3 }, () => hold(plane));
    }
    await plane.start(AT_ONCE);
    await approveIfAsked(plane);
    const halted = await expectHalt(world, plane, { stage, code: 'LEGAL_HOLD', state });
    expect(halted.holds).toBe(1);
    expect(await remains(world, plane)).toMatchObject(left);

    // Started again under the hold, it halts again and takes nothing away.
    await plane.start();
    await approveIfAsked(plane);
    await expectHalt(world, plane, { stage, code: 'LEGAL_HOLD', state });
    expect(await remains(world, plane)).toMatchObject(left);

    expect((await hold(plane, 'DELETE')).status).toBe(204);
    await plane.start();
    await expectEnd(world, plane);
  });
});

describe('a hold', () => {
  it('under a second reference stays when the first is released', async () => {
    const plane = await world.plane();
    await hold(plane);
    await plane.as('counsel', 'PUT', '/hold', { reference: 'case-2', reason: 'audit' });
    expect((await plane.as('operator', 'GET')).body.holds).toBe(2);
    await plane.start(AT_ONCE);
    await hold(plane, 'DELETE');
    expect((await plane.as('operator', 'GET', '/hold')).body.holds).toMatchObject([
      { reference: 'case-2', reason: 'audit' },
    ]);
    await plane.start();
    const halted = await expectHalt(world, plane, {
      stage: 'deactivate',
      code: 'LEGAL_HOLD',
      state: 'PENDING_DEACTIVATE',
    });
    await plane.as('counsel', 'DELETE', '/hold', { reference: 'case-2', reason: 'closed' });
    expect(halted.holds).toBe(1);
    await plane.start();
    await expectEnd(world, plane);
  });

  it('does not keep a plane from being cancelled', async () => {
    const plane = await world.plane();
    await plane.start();
    await hold(plane);
    expect((await plane.as('operator', 'DELETE', '/offboarding')).status).toBe(200);
  });
});
