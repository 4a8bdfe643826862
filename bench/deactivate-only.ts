import type { StageEvent } from '../lambdas/contract.ts';
import type { BenchCloud, BenchPlane } from './bench-cloud.ts';

/**
 * Brings a plane to DEACTIVATED and no further, as an operator stops a stage: no concurrency for its Lambda. After that a
 * stage of the archive may be invoked by itself.
 * @returns what the workflow hands to such a stage
 */
export async function deactivateOnly(bench: BenchCloud, plane: BenchPlane): Promise<StageEvent> {
  const { cloud } = bench;
  const plan = bench.functionName('archive-plan');
  cloud.lambda.reserveConcurrency(plan, 0);
  await bench.offboard(plane);
  // Retries of the refused invocation come to their end, and the execution with them.
  await cloud.clock.advanceBy({ days: 1 });
  cloud.lambda.reserveConcurrency(plan, undefined);
  const { body } = await bench.operator.call('GET', `/planes/${plane.planeId}/offboarding`);
  if (body.lifecycleState !== 'DEACTIVATED' || body.status !== 'HALTED')
    throw new Error(`the plane is ${body.lifecycleState} and ${body.status}`);
  for (const event of bench.events)
    if (event.type === 'StateEntered' && event.stateName === 'Plan archive') {
      const { planeId, offboardingId, request } = event.input as unknown as StageEvent;
      if (planeId === plane.planeId) return { planeId, offboardingId, request };
    }
  throw new Error('the workflow never came to the archive');
}
