import { OffboardingError } from '../core/errors.ts';
import type { LedgerReader, PlaneRegistry, Recorder } from '../ports.ts';
import { cancelOffboarding } from './cancel-offboarding.ts';
import { findPlane } from './find-plane.ts';
import { type Route, route } from './http.ts';
import { latestExecution } from './latest-execution.ts';
import { completeRequest, type OffboardingPolicy } from './offboarding-request.ts';
import { offboardingView } from './offboarding-status.ts';
import type { Executions } from './ports.ts';
import { startOffboardingSchema } from './schemas.ts';
import { startOffboarding } from './start-offboarding.ts';

export interface OffboardingRoutePorts {
  readonly registry: Pick<PlaneRegistry, 'read' | 'claimAttempt'>;
  readonly ledger: LedgerReader;
  readonly recorder: Recorder;
  readonly executions: Executions;
  readonly policy: OffboardingPolicy;
  readonly newOffboardingId: () => string;
}

export function offboardingRoutes(ports: OffboardingRoutePorts): readonly Route[] {
  const { registry, ledger, executions } = ports;
  const resource = '/planes/{planeId}/offboarding';
  return [
    route({
      method: 'POST',
      resource,
      body: startOffboardingSchema,
      async answer({ path: { planeId }, body, caller, now }) {
        const request = completeRequest(body, ports.policy, { caller, now });
        return { status: 202, body: await startOffboarding(ports, planeId, request) };
      },
    }),
    route({
      method: 'GET',
      resource,
      async answer({ path: { planeId }, now }) {
        const plane = await findPlane(registry, planeId);
        const entries = await ledger.read(planeId);
        const latest = latestExecution(plane, entries, executions);
        if (!latest)
          throw new OffboardingError('NO_OFFBOARDING', `${planeId} was never offboarded`);
        const execution = await executions.describe(latest.executionArn);
        return { status: 200, body: offboardingView(planeId, entries, latest, execution, now) };
      },
    }),
    route({
      method: 'DELETE',
      resource,
      async answer({ path: { planeId }, caller, now }) {
        const cancelled = await cancelOffboarding({ ...ports, planes: registry }, planeId, {
          caller,
          now,
        });
        return { status: 200, body: cancelled };
      },
    }),
  ];
}
