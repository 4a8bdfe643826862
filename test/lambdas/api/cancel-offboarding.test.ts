import { describe, expect, it } from 'vitest';
import {
  OFFBOARDING_ID,
  offboardingRequest,
  PLANE_ID,
  planeRecord,
  TIMES,
} from '../../support/builders.ts';
import { deregistered, gatePassed, JOURNEYS, ledgerOf, type Step } from '../../support/ledgers.ts';
import { apiWorld } from './api-world.ts';

const ARN = `arn:aws:states:eu-central-1:111122223333:execution:Offboarding:${OFFBOARDING_ID}-1`;
const COLLEAGUE = 'arn:aws:iam::111122223333:user/colleague';
const LAST_MOMENT = '2026-11-29T09:59:59.999Z';

async function world(steps: readonly Step[], now: string) {
  const claim = { offboardingId: OFFBOARDING_ID, attempt: 1, executionArn: ARN };
  const api = apiWorld({
    entries: await ledgerOf(...steps),
    plane: planeRecord({ offboarding: { ...claim, request: offboardingRequest() } }),
    now,
  });
  api.executions.end(`${OFFBOARDING_ID}-1`, { status: 'RUNNING' });
  return api;
}

const cancel = (api: ReturnType<typeof apiWorld>) =>
  api.call('DELETE', '/planes/{planeId}/offboarding', { as: COLLEAGUE });

describe('a cancel', () => {
  it('in the grace period is recorded, and stops the execution', async () => {
    const api = await world([deregistered()], LAST_MOMENT);
    expect(await cancel(api)).toMatchObject({
      status: 200,
      body: {
        planeId: PLANE_ID,
        offboardingId: OFFBOARDING_ID,
        lifecycleState: 'ACTIVE',
        status: 'CANCELLED',
      },
    });
    expect(api.ledger.entries.at(-1)).toMatchObject({
      type: 'TRANSITION',
      from: 'PENDING_DEACTIVATE',
      to: 'ACTIVE',
      actor: COLLEAGUE,
      reason: 'cancelled by request',
    });
    expect(api.executions.stopped).toEqual([ARN]);
  });

  it('again is fine, and stops the execution if a crash had left it running', async () => {
    const api = await world([deregistered()], LAST_MOMENT);
    const { stop } = api.executions;
    api.executions.stop = async () => {
      throw new Error('ThrottlingException');
    };
    expect((await cancel(api)).status).toBe(500);
    api.executions.stop = stop;
    api.setTime(TIMES.archived);
    expect(await cancel(api)).toMatchObject({ status: 200, body: { status: 'CANCELLED' } });
    expect(api.ledger.entries).toHaveLength(2);
    expect(api.executions.stopped).toEqual([ARN]);
  });

  it.each([
    ['once the grace period is over', [deregistered()], TIMES.graceEnd],
    ['once the gate has decided', [deregistered(), gatePassed('DEACTIVATED')], TIMES.graceEnd],
    ['once deactivated', JOURNEYS.DEACTIVATED, TIMES.archived],
    ['once archived', JOURNEYS.ARCHIVED, TIMES.archived],
    ['once purged', JOURNEYS.PURGED, TIMES.purged],
  ] as const)('comes too late %s', async (_, steps, now) => {
    const api = await world(steps, now);
    expect(await cancel(api)).toMatchObject({ status: 409, body: { code: 'CANCEL_TOO_LATE' } });
    expect(api.ledger.entries).toHaveLength(steps.length);
    expect(api.executions.stopped).toEqual([]);
  });

  it('that loses the race against the deactivation comes too late', async () => {
    const api = await world(JOURNEYS.DEACTIVATED, TIMES.archived);
    // The API still sees the grace period; the recorder sees what was written since.
    const [first] = api.ledger.entries;
    const { read } = api.ledger;
    let reads = 0;
    api.ledger.read = async (planeId) => {
      reads += 1;
      return reads === 1 && first ? [first] : await read(planeId);
    };
    expect(await cancel(api)).toMatchObject({ status: 409, body: { code: 'CANCEL_TOO_LATE' } });
    expect(api.executions.stopped).toEqual([]);
  });

  it('is not possible before the plane has left ACTIVE', async () => {
    const api = await world([], TIMES.requested);
    expect(await cancel(api)).toMatchObject({ status: 409, body: { code: 'NOT_CANCELLABLE' } });
    expect(api.ledger.entries).toEqual([]);
    expect(api.executions.stopped).toEqual([]);
  });

  it('of nothing is a 404', async () => {
    expect(await cancel(apiWorld())).toMatchObject({
      status: 404,
      body: { code: 'NO_OFFBOARDING' },
    });
  });
});
