import { OffboardingError } from '../core/errors.ts';
import type { OffboardingRequest } from '../core/plane.ts';
import { findPlane } from '../find-plane.ts';
import type {
  Caller,
  GateQuestion,
  LedgerReader,
  PlaneRegistry,
  PolicyGate,
  Recorder,
} from '../ports.ts';
import { startOffboardingSchema } from './bodies/offboarding-body.ts';
import { cancelOffboarding } from './cancel-offboarding.ts';
import { type Route, route } from './http.ts';
import { latestExecution } from './latest-execution.ts';
import { completeRequest, type OffboardingFloors } from './offboarding-request.ts';
import { offboardingView } from './offboarding-status.ts';
import type { Executions } from './ports.ts';
import { requestForce } from './request-force.ts';
import { startOffboarding } from './start-offboarding.ts';

export interface OffboardingRoutePorts {
  readonly registry: Pick<PlaneRegistry, 'read' | 'claimAttempt'>;
  readonly ledger: LedgerReader;
  readonly recorder: Recorder;
  readonly executions: Executions;
  readonly gate: PolicyGate;
  readonly floors: OffboardingFloors;
  readonly forceWindowHours: number;
  readonly newOffboardingId: () => string;
}

export function offboardingRoutes(ports: OffboardingRoutePorts): readonly Route[] {
  const { registry, ledger, executions, gate } = ports;
  const resource = '/planes/{planeId}/offboarding';
  return [
    route({
      method: 'POST',
      resource,
      body: startOffboardingSchema,
      async answer({ path: { planeId }, body, caller, principal, now }) {
        await findPlane(registry, planeId);
        const request = completeRequest(body, ports.floors, { caller, now });
        const answer = await gate.authorise(startQuestion(planeId, principal, request));
        if (answer.decision === 'PENDING')
          return { status: 202, body: await requestForce(ports, planeId, request, answer.reasons) };
        const { forceRequestedBy } = answer;
        const agreed = forceRequestedBy === undefined ? request : { ...request, forceRequestedBy };
        return { status: 202, body: await startOffboarding(ports, planeId, agreed) };
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
      async answer({ path: { planeId }, caller, principal, now }) {
        await findPlane(registry, planeId);
        await gate.authorise({ action: 'cancel', planeId, caller: principal });
        const cancelled = await cancelOffboarding({ ...ports, planes: registry }, planeId, {
          caller,
          now,
        });
        return { status: 200, body: cancelled };
      },
    }),
  ];
}

function startQuestion(planeId: string, caller: Caller, request: OffboardingRequest): GateQuestion {
  const { force, gracePeriodDays, retentionDays, erasure, forceReason } = request;
  const action = force ? 'force' : 'start';
  return { action, planeId, caller, gracePeriodDays, retentionDays, erasure, forceReason };
}
