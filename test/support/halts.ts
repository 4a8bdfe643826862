import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { expect } from 'vitest';
import { assertChain } from '../../lambdas/core/ledger-entry.ts';
import type { Halt } from '../../lambdas/core/ledger-state.ts';
import type { LifecycleState } from '../../lambdas/core/lifecycle.ts';
import { findRemains, type Remains } from '../../local/demo/remains.ts';
import type { World, WorldPlane } from './offboarding-world.ts';

/** No grace period and no retention: it runs until a person has to approve, or until it halts. */
export const AT_ONCE = { force: true, forceReason: 'test', erasure: true };

export const WHOLE_LIFE = [
  'ACTIVE->PENDING_DEACTIVATE',
  'PENDING_DEACTIVATE->DEACTIVATED',
  'DEACTIVATED->ARCHIVED',
  'ARCHIVED->PURGED',
];

/** Transitions only, as `FROM->TO`. */
export async function transitions(plane: WorldPlane): Promise<readonly string[]> {
  return (await plane.history()).filter((entry) => entry.includes('->'));
}

export function remains(world: World, plane: WorldPlane): Promise<Remains> {
  return findRemains(world.cloud, plane.sample, plane.planeId);
}

/** Approves, if that is what is being waited for. */
export async function approveIfAsked(plane: WorldPlane): Promise<void> {
  if ((await plane.status()) !== 'WAITING_APPROVAL') return;
  const { scopeHash } = (await plane.as('approver', 'GET', '/approval')).body;
  const answer = await plane.decide('approver', 'approve', scopeHash);
  // When what Step Functions answered was lost, only the same decision again can tell that it was heard.
  const isClosed = answer.body.code === 'APPROVAL_CLOSED';
  const told = isClosed ? await plane.decide('approver', 'approve', scopeHash) : answer;
  expect(told).toMatchObject({ status: 200 });
}

/**
 * The status, the execution and the ledger all say that this stage has failed under this code, and the state is what it
 * was before the stage.
 * @returns the status
 */
export async function expectHalt(
  { cloud }: World,
  plane: WorldPlane,
  { stage, code, state }: { stage: Halt['stage']; code: string; state: LifecycleState },
) {
  const { body } = await plane.as('operator', 'GET', '/offboarding');
  expect(body).toMatchObject({
    status: 'HALTED',
    lifecycleState: state,
    halt: { stage, code },
  });
  const sfn = new SFNClient(cloud.clientConfig('operator'));
  const { executionArn, offboardingId } = body;
  expect(await sfn.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
    status: 'FAILED',
    error: code,
  });
  const ledger = await plane.ledger();
  await assertChain(ledger);
  expect(ledger.at(-1)).toMatchObject({
    type: 'HALTED',
    offboardingId,
    from: state,
    to: state,
    actor: 'workflow',
    data: { stage, code },
  });
  return body;
}

/** The next start goes on where the last one halted, as the same offboarding, and comes to the end. */
export async function expectToGoOn(
  world: World,
  plane: WorldPlane,
  halted: { offboardingId: string; lifecycleState: LifecycleState },
): Promise<void> {
  // What never left ACTIVE is no offboarding yet: the next start is a new one, with terms of its own.
  const isNew = halted.lifecycleState === 'ACTIVE';
  const { status, body } = await plane.start(isNew ? AT_ONCE : {});
  expect(status).toBe(202);
  expect(body.offboardingId === halted.offboardingId).toBe(!isNew);
  expect(body.executionArn).toMatch(isNew ? /-1$/ : new RegExp(`:${halted.offboardingId}-2$`));
  await expectEnd(world, plane);
}

/** Purged and certified, by one transition from each state to the next. */
export async function expectEnd(world: World, plane: WorldPlane): Promise<void> {
  await approveIfAsked(plane);
  const { body } = await plane.as('operator', 'GET', '/offboarding');
  expect(body).toMatchObject({ status: 'PURGED' });
  expect(await transitions(plane)).toEqual(WHOLE_LIFE);
  expect((await plane.history()).at(-1)).toBe('CERTIFIED');
  await assertChain(await plane.ledger());
  expect(await remains(world, plane)).toMatchObject({
    documentVersions: 0,
    chunks: 0,
    tokens: 0,
    vaultVersions: 0,
  });
}
